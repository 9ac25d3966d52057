/* SPDX-License-Identifier: BSD-2-Clause */
/* device_node: the numbers of a device, as a file of sysfs has them. */
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "agent/deeds/device_node.h"
#include "base/cleanup.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* A file of sysfs is as large as a page by its size, whatever it holds. */
static const size_t pages[] = {4096, 16384, 65536};

START_TEST(numbers_are_read_whatever_a_page_is)
{
	static char page[65536] = "11:3\n";
	cleanup_free char *numbers = scratch_file("dev", page, pages[_i]);
	cleanup_free char *node = scratch_path("node");
	dev_t dev = 0;

	/* whether the node can be made is a matter of who runs this */
	device_node(node, numbers, false, &dev);
	ck_assert_uint_eq(major(dev), 11);
	ck_assert_uint_eq(minor(dev), 3);
}
END_TEST

static const char *const no_numbers[] = {"", "11", "tty\n"};

START_TEST(without_numbers_there_is_no_node)
{
	cleanup_free char *numbers = scratch_file("dev", no_numbers[_i], strlen(no_numbers[_i]));
	cleanup_free char *node = scratch_path("node"), *absent = scratch_path("absent");
	dev_t dev = 0;

	ck_assert_int_eq(device_node(node, numbers, false, &dev), -1);
	ck_assert_int_eq(device_node(node, absent, false, &dev), -1);
	ck_assert_uint_eq(dev, 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("device_node", .open = scratch_setup, .close = scratch_teardown),
	        EACH(numbers_are_read_whatever_a_page_is, pages),
	        EACH(without_numbers_there_is_no_node, no_numbers),
	};

	return suite_run("device_node", tests, COUNT(tests));
}
