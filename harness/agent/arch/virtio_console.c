/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/virtio_console.h"

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

enum { MAGIC_VALUE = 0x74726976, VERSION_VALUE = 2, ID_CONSOLE = 3 };
enum { STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8 };
enum { FEATURE_VERSION_1_WORD = 1, FEATURE_VERSION_1 = 1 };
enum { QUEUE_TO_HOST = 1 };

/* A queue of one buffer, 2.7: descriptor, driver's and device's rings, in the first page. The second is the buffer. */
struct queue {
	struct {
		uint64_t address;
		uint32_t length;
		uint16_t flags, next;
	} descriptor;
	struct {
		uint16_t flags, index, ring[1], event;
	} driver;
	struct {
		uint16_t flags, index;
		struct {
			uint32_t id, length;
		} ring[1];
		uint16_t event;
	} device;
};

static uint32_t get(volatile void *registers, size_t at)
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

bool virtio_is_console(volatile void *registers)
{
	return get(registers, MAGIC) == MAGIC_VALUE && get(registers, VERSION) == VERSION_VALUE &&
	       get(registers, DEVICE_ID) == ID_CONSOLE;
}

/* 3.1.1, with the one feature without which the device would be a legacy one. */
static bool set_up(volatile void *registers, uint64_t queue)
{
	put(registers, STATUS, 0);
	put(registers, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
	put(registers, DRIVER_FEATURES_SELECT, 0);
	put(registers, DRIVER_FEATURES, 0);
	put(registers, DRIVER_FEATURES_SELECT, FEATURE_VERSION_1_WORD);
	put(registers, DRIVER_FEATURES, FEATURE_VERSION_1);
	put(registers, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK);
	if (!(get(registers, STATUS) & STATUS_FEATURES_OK))
		return false;
	put(registers, QUEUE_SELECT, QUEUE_TO_HOST);
	put(registers, QUEUE_SIZE, 1);
	put_address(registers, QUEUE_DESCRIPTORS, queue + offsetof(struct queue, descriptor));
	put_address(registers, QUEUE_DRIVER, queue + offsetof(struct queue, driver));
	put_address(registers, QUEUE_DEVICE, queue + offsetof(struct queue, device));
	put(registers, QUEUE_READY, 1);
	put(registers, STATUS, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
	return true;
}

/* How often the device is looked at before it is given up: it takes what it is told before the telling returns. */
static const unsigned patience = 1000000;

static bool send_part(volatile void *registers, volatile struct queue *q, uint64_t buffer, size_t len, uint16_t count)
{
	q->descriptor.address = htole64(buffer);
	q->descriptor.length = htole32((uint32_t)len);
	q->driver.ring[0] = 0;
	atomic_thread_fence(memory_order_seq_cst);
	q->driver.index = htole16(count);
	atomic_thread_fence(memory_order_seq_cst);
	put(registers, QUEUE_NOTIFY, QUEUE_TO_HOST);
	for (unsigned i = 0; le16toh(q->device.index) != count; i++) {
		if (i == patience)
			return false;
		sched_yield();
	}
	return true;
}

bool virtio_console_write(volatile void *registers, const struct virtio_memory *memory, const void *bytes, size_t len)
{
	volatile struct queue *q = memory->pages;
	char *buffer = (char *)memory->pages + memory->page;
	const char *at = bytes;
	uint64_t physical[2];
	uint16_t count = 0;

	/* Written to, both are this process's own, whoever it was forked from: only then is it known where they are. */
	memset(memory->pages, 0, memory->page);
	*(volatile char *)buffer = 0;
	if (!memory->find(memory->pages, memory->page, physical) || !set_up(registers, physical[0]))
		return false;
	while (len) {
		size_t part = len < memory->page ? len : memory->page;

		memcpy(buffer, at, part);
		if (!send_part(registers, q, physical[1], part, ++count))
			return false;
		at += part;
		len -= part;
	}
	return true;
}
