/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_block: what is on a device that keeps to the specification is read from it; the device is a thread here. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/arch/virtio_block.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

enum { PAGE = 4096, SECTOR = 512, NOTIFY = 0x50, STATUS = 0x70, CAPACITY = 0x100, NOT_NOTIFIED = -1 };
enum { NEXT = 1, WRITTEN = 2, BAD_SECTOR = 11 };

struct descriptor {
	uint64_t address;
	uint32_t len;
	uint16_t flags, next;
};

static volatile uint32_t registers[0x200 / 4];
static char pages[2 * PAGE] __attribute__((aligned(4096)));
static struct buf disk;
static bool bad;
static atomic_bool stopped;

static void *address(size_t at)
{
	return (void *)(uintptr_t)(registers[at / 4] | (uint64_t)registers[at / 4 + 1] << 32);
}

/* A head of type, nothing and sector; data; a status. */
static void serve(void)
{
	const struct descriptor *parts = address(0x80);
	volatile uint16_t *driver = address(0x90), *device = address(0xa0);
	const uint32_t *head = (void *)(uintptr_t)parts[0].address;
	uint64_t sector;

	ck_assert_uint_eq(registers[0x30 / 4], 0);
	ck_assert_uint_eq(registers[STATUS / 4], 15);
	ck_assert_uint_eq(parts[0].flags, NEXT);
	ck_assert_uint_eq(parts[1].flags, NEXT | WRITTEN);
	ck_assert_uint_eq(parts[2].flags, WRITTEN);
	ck_assert_uint_eq(parts[0].next, 1);
	ck_assert_uint_eq(parts[1].next, 2);
	ck_assert_uint_eq(parts[0].len, 16);
	ck_assert_uint_eq(parts[2].len, 1);
	ck_assert_uint_eq(head[0], 0);
	memcpy(&sector, head + 2, sizeof(sector));
	ck_assert_uint_le(sector * SECTOR + parts[1].len, disk.len);
	memcpy((void *)(uintptr_t)parts[1].address, disk.data + sector * SECTOR, parts[1].len);
	*(volatile uint8_t *)(uintptr_t)parts[2].address =
	        bad && sector * SECTOR + parts[1].len > BAD_SECTOR * SECTOR ? 1 : 0;
	atomic_thread_fence(memory_order_seq_cst);
	device[1] = driver[1];
}

static void *device_main(void *ctx)
{
	while (!stopped) {
		if (registers[NOTIFY / 4] == 0) {
			registers[NOTIFY / 4] = (uint32_t)NOT_NOTIFIED;
			atomic_thread_fence(memory_order_seq_cst);
			serve();
		}
		sched_yield();
	}
	return ctx;
}

static bool find(void *at, size_t page, uint64_t physical[2])
{
	physical[0] = (uintptr_t)at;
	physical[1] = (uintptr_t)at + page;
	return true;
}

static const struct virtio_memory memory = {pages, PAGE, find};

static void fill(size_t sectors)
{
	for (size_t i = 0; i < sectors * SECTOR; i++)
		buf_putc(&disk, (char)(i * 7 + i / SECTOR));
	registers[0] = 0x74726976;
	registers[1] = 2;
	registers[2] = 2;
	registers[NOTIFY / 4] = (uint32_t)NOT_NOTIFIED;
	registers[CAPACITY / 4] = (uint32_t)sectors;
}

static int read_all(struct buf *out)
{
	pthread_t device;
	int rc;

	stopped = false;
	ck_assert_int_eq(pthread_create(&device, NULL, device_main, NULL), 0);
	rc = virtio_block_read(registers, &memory, out);
	stopped = true;
	pthread_join(device, NULL);
	return rc;
}

static const size_t sizes[] = {1, 7, 8, 9, 16, 83};

/* Twice, for each sets the device up anew; what is there stays. */
START_TEST(what_is_on_it_is_read)
{
	cleanup_buf struct buf got = {0};
	const size_t len = sizes[_i] * SECTOR;

	fill(sizes[_i]);
	buf_putc(&got, '!');
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(read_all(&got), 0);
		ck_assert_uint_eq(got.len, 1 + (i + 1) * len);
		ck_assert_mem_eq(got.data + 1 + i * len, disk.data, len);
	}
	ck_assert_int_eq(got.data[0], '!');
	buf_free(&disk);
}
END_TEST

START_TEST(of_a_file_that_cannot_be_read_whole_nothing_is_kept)
{
	cleanup_buf struct buf got = {0};

	fill(16);
	bad = true;
	buf_putc(&got, '!');
	ck_assert_int_eq(read_all(&got), -ENOENT);
	ck_assert_uint_eq(got.len, 1);
	bad = false;
	ck_assert_int_eq(read_all(&got), 0);
	ck_assert_uint_eq(got.len, 1 + 16 * SECTOR);
	buf_free(&disk);
}
END_TEST

/* No size, or one that cannot be: half a TB and 2 TB. */
static const uint32_t capacities[][2] = {{0, 0}, {1u << 30, 0}, {1, 1}};

START_TEST(an_empty_device_is_asked_for_nothing)
{
	cleanup_buf struct buf got = {0};

	fill(0);
	registers[CAPACITY / 4] = capacities[_i][0];
	registers[CAPACITY / 4 + 1] = capacities[_i][1];
	ck_assert_int_eq(virtio_block_read(registers, &memory, &got), -ENOENT);
	ck_assert_uint_eq(got.len, 0);
	ck_assert_uint_eq(registers[STATUS / 4], 0);
	ck_assert_uint_eq(registers[NOTIFY / 4], (uint32_t)NOT_NOTIFIED);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(what_is_on_it_is_read, sizes),
	        TEST(of_a_file_that_cannot_be_read_whole_nothing_is_kept),
	        EACH(an_empty_device_is_asked_for_nothing, capacities),
	};

	return suite_run("virtio_block", tests, COUNT(tests));
}
