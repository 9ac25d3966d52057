/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_console: what a device that keeps to the specification gets to see; it is a thread here. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/arch/virtio_console.h"
#include "base/buf.h"
#include "tests/suite.h"

enum { PAGE = 4096, NOTIFY = 0x50, STATUS = 0x70, NOT_NOTIFIED = -1 };

static volatile uint32_t registers[0x200 / 4];
static char pages[2 * PAGE] __attribute__((aligned(4096)));
static struct buf taken;
static atomic_bool stopped;

static volatile void *address(size_t at)
{
	return (volatile void *)(uintptr_t)(registers[at / 4] | (uint64_t)registers[at / 4 + 1] << 32);
}

/* A request is one buffer: descriptor (address, length), the driver's ring (flags, index), the device's (flags, index).
 */
static void take(void)
{
	volatile uint64_t *descriptor = address(0x80);
	volatile uint16_t *driver = address(0x90), *device = address(0xa0);

	ck_assert_uint_eq(registers[0x30 / 4], 1); /* the queue that takes what the guest writes */
	ck_assert_uint_eq(registers[0x38 / 4], 4);
	ck_assert_uint_eq(registers[0x44 / 4], 1);
	ck_assert_uint_eq(registers[STATUS / 4], 15);
	buf_add(&taken, (const char *)(uintptr_t)descriptor[0], *(volatile uint32_t *)&descriptor[1]);
	device[1] = driver[1];
}

static void *device_main(void *ctx)
{
	while (!stopped) {
		if (registers[NOTIFY / 4] == 1) {
			registers[NOTIFY / 4] = (uint32_t)NOT_NOTIFIED;
			atomic_thread_fence(memory_order_seq_cst);
			take();
			atomic_thread_fence(memory_order_seq_cst);
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

static bool find_nothing(void *at, size_t page, uint64_t physical[2])
{
	(void)at, (void)page, (void)physical;
	return false;
}

static void set_up(void)
{
	registers[0] = 0x74726976;
	registers[1] = 2;
	registers[2] = 3;
	registers[NOTIFY / 4] = (uint32_t)NOT_NOTIFIED;
}

START_TEST(a_console_is_known_by_magic_version_and_id)
{
	set_up();
	ck_assert(virtio_is(registers, VIRTIO_CONSOLE));
	for (size_t i = 0; i < 3; i++) {
		set_up();
		registers[i]++;
		ck_assert(!virtio_is(registers, VIRTIO_CONSOLE));
	}
}
END_TEST

static const size_t sizes[] = {1, 100, PAGE - 1, PAGE, PAGE + 1, 5 * PAGE + 7};

/* Several times, for each sets the device up anew. */
START_TEST(what_is_written_arrives)
{
	const struct virtio_memory memory = {pages, PAGE, find};
	struct buf sent = {0};
	pthread_t device;

	set_up();
	for (size_t i = 0; i < sizes[_i]; i++)
		buf_putc(&sent, (char)(i * 7));
	ck_assert_int_eq(pthread_create(&device, NULL, device_main, NULL), 0);
	for (size_t i = 1; i <= 3; i++) {
		ck_assert(virtio_console_write(registers, &memory, sent.data, sent.len));
		ck_assert_uint_eq(taken.len, i * sent.len);
		ck_assert_mem_eq(taken.data + (i - 1) * sent.len, sent.data, sent.len);
	}
	stopped = true;
	pthread_join(device, NULL);
	buf_free(&taken);
	buf_free(&sent);
}
END_TEST

START_TEST(nothing_is_told_to_a_device_whose_pages_are_nowhere)
{
	const struct virtio_memory memory = {pages, PAGE, find_nothing};

	set_up();
	ck_assert(!virtio_console_write(registers, &memory, "x", 1));
	ck_assert_uint_eq(registers[NOTIFY / 4], (uint32_t)NOT_NOTIFIED);
	ck_assert_uint_eq(registers[STATUS / 4], 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_console_is_known_by_magic_version_and_id),
	        EACH(what_is_written_arrives, sizes),
	        TEST(nothing_is_told_to_a_device_whose_pages_are_nowhere),
	};

	return suite_run("virtio_console", tests, COUNT(tests));
}
