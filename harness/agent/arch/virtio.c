/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/virtio.h"

#include <assert.h>
#include <endian.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

/* Registers, 4.2.2. */
enum {
	MAGIC = 0x00,
	VERSION = 0x04,
	DEVICE_ID = 0x08,
	DRIVER_FEATURES = 0x20,
	DRIVER_FEATURES_SELECT = 0x24,
	QUEUE_SELECT = 0x30,
	QUEUE_SIZE = 0x38,
	QUEUE_READY = 0x44,
	QUEUE_NOTIFY = 0x50,
	STATUS = 0x70,
	QUEUE_DESCRIPTORS = 0x80, /* each of these: low half, then high half */
	QUEUE_DRIVER = 0x90,
	QUEUE_DEVICE = 0xa0,
};

enum { MAGIC_VALUE = 0x74726976, VERSION_VALUE = 2 };
enum { STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8 };
enum { FEATURE_VERSION_1_WORD = 1, FEATURE_VERSION_1 = 1 };
enum { DESCRIPTOR_NEXT = 1, DESCRIPTOR_WRITE = 2 };

/* A queue, 2.7: descriptors, driver's and device's rings, in the first page. A request begins with descriptor 0. */
struct queue {
	struct {
		uint64_t address;
		uint32_t length;
		uint16_t flags, next;
	} descriptors[VIRTIO_PARTS];
	struct {
		uint16_t flags, index, ring[VIRTIO_PARTS], event;
	} driver;
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, length;
		} ring[VIRTIO_PARTS];
		uint16_t event;
	} device;
};

static_assert(sizeof(struct queue) <= VIRTIO_SPARE, "the rest of the page is the device's caller's");

uint32_t virtio_get(volatile void *registers, size_t at)
{
	return le32toh(*(volatile uint32_t *)((volatile char *)registers + at));
}

static void put(volatile void *registers, size_t at, uint32_t value)
{
	*(volatile uint32_t *)((volatile char *)registers + at) = htole32(value);
}

static void put_address(volatile void *registers, size_t at, uint64_t address)
{
	put(registers, at, (uint32_t)address);
	put(registers, at + 4, (uint32_t)(address >> 32));
}

bool virtio_is(volatile void *registers, enum virtio_id id)
{
	return virtio_get(registers, MAGIC) == MAGIC_VALUE && virtio_get(registers, VERSION) == VERSION_VALUE &&
	       virtio_get(registers, DEVICE_ID) == id;
}

/* 3.1.1, with the one feature without which the device would be a legacy one. */
static bool set_up(volatile void *registers, uint32_t number, uint64_t queue)
{
	put(registers, STATUS, 0);
	put(registers, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	put(registers, DRIVER_FEATURES_SELECT, 0);
	put(registers, DRIVER_FEATURES, 0);
	put(registers, DRIVER_FEATURES_SELECT, FEATURE_VERSION_1_WORD);
	put(registers, DRIVER_FEATURES, FEATURE_VERSION_1);
	put(registers, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
	if (!(virtio_get(registers, STATUS) & STATUS_FEATURES_OK))
		return false;
	put(registers, QUEUE_SELECT, number);
	put(registers, QUEUE_SIZE, VIRTIO_PARTS);
	put_address(registers, QUEUE_DESCRIPTORS, queue + offsetof(struct queue, descriptors));
	put_address(registers, QUEUE_DRIVER, queue + offsetof(struct queue, driver));
	put_address(registers, QUEUE_DEVICE, queue + offsetof(struct queue, device));
	put(registers, QUEUE_READY, 1);
	put(registers, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
	return true;
}

bool virtio_begin(struct virtio_queue *queue, volatile void *registers, const struct virtio_memory *memory,
                  uint32_t number)
{
	*queue = (struct virtio_queue){.registers = registers, .memory = memory, .number = number};
	/* Written to, both are this process's own, whoever it was forked from: only then is it known where they are. */
	memset(memory->pages, 0, memory->page);
	*((volatile char *)memory->pages + memory->page) = 0;
	return memory->find(memory->pages, memory->page, queue->physical) &&
	       set_up(registers, number, queue->physical[0]);
}

/* How often the device is looked at before it is given up: some are done before the telling returns, none takes long.
 */
static const unsigned patience = 1000000;

bool virtio_pass(struct virtio_queue *queue, const struct virtio_part *parts, size_t count)
{
	volatile struct queue *q = queue->memory->pages;

	for (size_t i = 0; i < count; i++) {
		q->descriptors[i].address = htole64(parts[i].physical);
		q->descriptors[i].length = htole32((uint32_t)parts[i].len);
		q->descriptors[i].flags = htole16(
		        (uint16_t)((parts[i].written ? DESCRIPTOR_WRITE : 0) | (i + 1 < count ? DESCRIPTOR_NEXT : 0)));
		q->descriptors[i].next = htole16((uint16_t)(i + 1));
	}
	atomic_thread_fence(memory_order_seq_cst);
	q->driver.index = htole16(++queue->passed);
	atomic_thread_fence(memory_order_seq_cst);
	put(queue->registers, QUEUE_NOTIFY, queue->number);
	for (unsigned i = 0; le16toh(q->device.index) != queue->passed; i++) {
		if (i == patience)
			return false;
		sched_yield();
	}
	atomic_thread_fence(memory_order_seq_cst);
	return true;
}
