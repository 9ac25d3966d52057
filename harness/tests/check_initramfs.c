/* SPDX-License-Identifier: BSD-2-Clause */
/* initramfs: what is in the archive, that equal agents give equal bytes, and where the store keeps it. */
#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <utime.h>

#include "host/vm/initramfs.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const char init_bytes[] = "\177ELF this is an agent\0and more";

static void build(const void *init, size_t len, struct buf *out)
{
	cleanup_error struct error err = {0};

	ck_assert_msg(!initramfs_build(init, len, out, &err), "%s", err.text);
}

/* What the kernel's unpacker creates, in this order: a directory before what is in it. */
static const struct {
	const char *path;
	mode_t mode;
} entries[] = {
        {"dev", S_IFDIR | 0755},
        {"dev/console", S_IFCHR | 0600},
        {"init", S_IFREG | 0755},
};

START_TEST(archive_holds_the_agent_and_a_console)
{
	struct archive *a = archive_read_new();
	cleanup_buf struct buf out = {0};
	struct archive_entry *entry;
	size_t count = 0;

	build(init_bytes, sizeof(init_bytes), &out);
	archive_read_support_format_cpio(a);
	ck_assert_int_eq(archive_read_open_memory(a, out.data, out.len), ARCHIVE_OK);
	for (; archive_read_next_header(a, &entry) == ARCHIVE_OK; count++) {
		char content[sizeof(init_bytes) + 1];

		ck_assert_uint_lt(count, 3);
		ck_assert_str_eq(archive_entry_pathname(entry), entries[count].path);
		ck_assert_uint_eq(archive_entry_mode(entry), entries[count].mode);
		ck_assert_int_eq(archive_entry_mtime(entry), 0);
		ck_assert(archive_entry_uid(entry) == 0 && archive_entry_gid(entry) == 0);
		if (S_ISCHR(entries[count].mode))
			ck_assert(archive_entry_rdevmajor(entry) == 5 && archive_entry_rdevminor(entry) == 1);
		if (!S_ISREG(entries[count].mode))
			continue;
		ck_assert_int_eq(archive_read_data(a, content, sizeof(content)), sizeof(init_bytes));
		ck_assert_mem_eq(content, init_bytes, sizeof(init_bytes));
	}
	ck_assert_uint_eq(count, 3);
	archive_read_free(a);
}
END_TEST

/* "070701" is newc, the one format the kernel takes; its members are padded to four bytes. */
START_TEST(format_is_the_kernels)
{
	cleanup_buf struct buf out = {0};

	build(init_bytes, sizeof(init_bytes), &out);
	ck_assert_mem_eq(out.data, "070701", 6);
	ck_assert_uint_eq(out.len % 4, 0);
	ck_assert_uint_lt(out.len, 1024);
}
END_TEST

START_TEST(equal_agents_give_equal_bytes)
{
	cleanup_buf struct buf a = {0}, b = {0}, other = {0};

	build(init_bytes, sizeof(init_bytes), &a);
	build(init_bytes, sizeof(init_bytes), &b);
	build("other", 5, &other);
	ck_assert_uint_eq(a.len, b.len);
	ck_assert_mem_eq(a.data, b.data, a.len);
	ck_assert(other.len != a.len || memcmp(other.data, a.data, a.len) != 0);
}
END_TEST

START_TEST(store_holds_the_agent_of_this_program)
{
	cleanup_free char *dir = scratch_path("images/new"), *path = NULL, *again = NULL;
	cleanup_buf struct buf bytes = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!initramfs_store(dir, arch_default(), &path, &err), "%s", err.text);
	ck_assert_int_eq(strncmp(path, dir, strlen(dir)), 0);
	ck_assert_int_eq(io_read_file(path, 64u << 20, &bytes, NULL), 0);
	ck_assert_mem_eq(bytes.data, "070701", 6);
	ck_assert_msg(memmem(bytes.data, bytes.len, ELFMAG, SELFMAG) != NULL, "no ELF file in %s", path);
	ck_assert_int_eq(initramfs_store(dir, arch_default(), &again, &err), 0);
	ck_assert_str_eq(again, path);
}
END_TEST

/* A second run finds it there and leaves it alone; its name says what is in it. */
START_TEST(stored_archive_is_not_written_again)
{
	cleanup_free char *dir = scratch_path("images"), *path = NULL, *again = NULL;
	const struct utimbuf old = {1, 1};
	struct stat st;

	ck_assert_int_eq(initramfs_store(dir, arch_default(), &path, NULL), 0);
	ck_assert_int_eq(utime(path, &old), 0);
	ck_assert_int_eq(initramfs_store(dir, arch_default(), &again, NULL), 0);
	ck_assert_int_eq(stat(again, &st), 0);
	ck_assert_int_eq(st.st_mtime, 1);
}
END_TEST

START_TEST(pruning_takes_the_archives_and_nothing_else)
{
	cleanup_free char *dir = scratch_path("images"), *path = NULL, *other = NULL;
	uint64_t bytes = 0;
	struct stat st;

	ck_assert_int_eq(initramfs_store(dir, arch_default(), &path, NULL), 0);
	other = xasprintf("%s/floor.cpio", dir);
	ck_assert_int_eq(io_replace_file(other, "x", 1, NULL), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(initramfs_prune(dir, &bytes, NULL), 0);
	ck_assert_uint_eq(bytes, (uint64_t)st.st_size);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(access(other, F_OK), 0);
	ck_assert_int_eq(initramfs_prune("no-such-directory", &bytes, NULL), 0);
}
END_TEST

START_TEST(store_that_cannot_be_written_is_named)
{
	cleanup_free char *file = scratch_file("a-file", "x", 1), *dir = xasprintf("%s/images", file), *path = NULL;
	cleanup_error struct error err = {0};

	ck_assert_int_lt(initramfs_store(dir, arch_default(), &path, &err), 0);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	ck_assert_msg(strstr(err.text, file) != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("initramfs", .open = scratch_setup, .close = scratch_teardown),
	        TEST(archive_holds_the_agent_and_a_console),
	        TEST(format_is_the_kernels),
	        TEST(equal_agents_give_equal_bytes),
	        TEST(store_holds_the_agent_of_this_program),
	        TEST(stored_archive_is_not_written_again),
	        TEST(pruning_takes_the_archives_and_nothing_else),
	        TEST(store_that_cannot_be_written_is_named),
	};

	return suite_run("initramfs", tests, COUNT(tests));
}
