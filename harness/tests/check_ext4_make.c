/* SPDX-License-Identifier: BSD-2-Clause */
/* ext4_make: what its blocks say to who reads them, by the format's own description. */
#include <endian.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deeds/ext4_make.h"
#include "base/cleanup.h"
#include "tests/suite.h"

#define SIZE (4096 * 1024)

static uint8_t image[SIZE];

static uint32_t at32(size_t offset)
{
	uint32_t value;

	memcpy(&value, image + offset, sizeof(value));
	return le32toh(value);
}

static uint16_t at16(size_t offset)
{
	uint16_t value;

	memcpy(&value, image + offset, sizeof(value));
	return le16toh(value);
}

static uint32_t bits_free(size_t map, uint32_t count)
{
	uint32_t clear = 0;

	for (uint32_t i = 0; i < count; i++)
		clear += !(image[map + i / 8] >> i % 8 & 1);
	return clear;
}

static void read_image(void)
{
	cleanup_close int fd = memfd_create("ext4", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ext4_make(fd), 0);
	ck_assert_int_eq(ftruncate(fd, SIZE), 0);
	ck_assert_int_eq(pread(fd, image, SIZE, 0), SIZE);
}

START_TEST(what_is_free_is_counted_alike)
{
	read_image();
	ck_assert_uint_eq(at16(1024 + 0x38), 0xef53);
	ck_assert_uint_eq(at32(1024 + 0x0c), bits_free(at32(2048) * 1024u, at32(1024 + 4) - 1));
	ck_assert_uint_eq(at32(1024 + 0x0c), at16(2048 + 0xc));
	ck_assert_uint_eq(at32(1024 + 0x10), bits_free(at32(2048 + 4) * 1024u, at32(1024)));
	ck_assert_uint_eq(at32(1024 + 0x10), at16(2048 + 0xe));
	/* beyond the group all is taken */
	ck_assert_uint_eq(bits_free(at32(2048) * 1024u, 8192), at16(2048 + 0xc));
}
END_TEST

START_TEST(the_root_and_the_journal_are_where_their_inodes_say)
{
	size_t inodes, root, journal;

	read_image();
	inodes = at32(2048 + 8) * 1024u;
	root = inodes + 256;
	journal = inodes + (at32(1024 + 0xe0) - 1) * 256u;
	ck_assert(S_ISDIR(at16(root)) && S_ISREG(at16(journal)));
	root = at32(root + 0x28 + 0x14) * 1024u;
	ck_assert_uint_eq(at32(root), 2);
	ck_assert_uint_eq(at16(root + 4) + at16(root + 0x10), 1024);
	journal = at32(journal + 0x28 + 0x14) * 1024u;
	ck_assert_mem_eq(image + journal, "\xc0\x3b\x39\x98", 4);
}
END_TEST

START_TEST(a_device_that_takes_nothing_is_told)
{
	cleanup_close int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_lt(ext4_make(fd), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(what_is_free_is_counted_alike),
	        TEST(the_root_and_the_journal_are_where_their_inodes_say),
	        TEST(a_device_that_takes_nothing_is_told),
	};

	return suite_run("ext4_make", tests, COUNT(tests));
}
