/* SPDX-License-Identifier: BSD-2-Clause */
/* btf_source: every form in which types come is found and read; what is none of them, or too much, is refused. */
#include <fcntl.h>
#include <sys/stat.h>

#include "host/store/btf_source.h"
#include "tests/fake_kernel.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const char raw_btf[FAKE_BTF_SIZE] = {(char)0x9f, (char)0xeb, 1, 0, 24};

static int read_bytes(const void *bytes, size_t len, struct buf *raw, struct error *err)
{
	char *path = scratch_file("source", bytes, len);
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	ck_assert_int_ge(fd, 0);
	rc = btf_source_read(fd, raw, err);
	close(fd);
	free(path);
	return rc;
}

static void add_member(struct archive *a, const char *name, size_t zeros)
{
	char *bytes = xcalloc(1, sizeof(raw_btf) + zeros);

	memcpy(bytes, raw_btf, sizeof(raw_btf));
	fake_member(a, name, bytes, sizeof(raw_btf) + zeros);
	free(bytes);
}

/* An archive of up to two members. */
static void build_archive(const char *filter, const char *first, size_t zeros, const char *second, struct buf *out)
{
	struct archive *a = fake_archive("gnutar", filter, out);

	add_member(a, first, zeros);
	if (second)
		add_member(a, second, 0);
	fake_close(a);
}

static const struct {
	const char *filter, *first, *second;
	size_t zeros, cut; /* bytes: added to the first member; cut off the end, 0 for none */
	const char *refused;
} archives[] = {
        {"xz", "6.1.0.btf", NULL, 0, 0, NULL},
        {"gzip", "./x/6.1.0.btf", "readme", 0, 0, NULL},
        {"zstd", "readme", "6.1.0.btf", 0, 0, NULL},
        {"none", "6.1.0.btf", NULL, 0, 0, NULL},
        {"xz", "readme", NULL, 0, 0, "an archive without a .btf file"},
        {"xz", "a.btf", "b.btf", 0, 0, "several .btf files"},
        {"xz", "a.btf", NULL, 5000, 60, "neither BTF"},
        {"xz", "bomb.btf", NULL, (size_t)80 << 20, 0, "unpacks to more than"},
};

START_TEST(archives_are_read)
{
	struct buf bytes = {0}, raw = {0};
	struct error err = {0};
	int rc;

	build_archive(archives[_i].filter, archives[_i].first, archives[_i].zeros, archives[_i].second, &bytes);
	rc = read_bytes(bytes.data, bytes.len - archives[_i].cut, &raw, &err);
	if (archives[_i].refused) {
		ck_assert_int_lt(rc, 0);
		ck_assert_msg(strstr(err.text, archives[_i].refused) != NULL, "%s", err.text);
		ck_assert_int_eq(err.status, EXIT_USAGE);
	} else {
		ck_assert_msg(!rc, "%s", err.text);
		ck_assert_uint_eq(raw.len, sizeof(raw_btf));
		ck_assert_mem_eq(raw.data, raw_btf, sizeof(raw_btf));
	}
	error_clear(&err);
	buf_free(&bytes);
	buf_free(&raw);
}
END_TEST

START_TEST(raw_and_elf_are_read)
{
	const struct fake_elf elf = {.release = "6.1.0", .btf = true}, bare = {.release = "6.1.0"};
	struct buf bytes = {0}, raw = {0};
	struct error err = {0};

	ck_assert_int_eq(read_bytes(raw_btf, sizeof(raw_btf), &raw, &err), 0);
	ck_assert_uint_eq(raw.len, sizeof(raw_btf));
	buf_free(&raw);
	fake_elf_build(&elf, &bytes);
	ck_assert_msg(!read_bytes(bytes.data, bytes.len, &raw, &err), "%s", err.text);
	ck_assert_mem_eq(raw.data, raw_btf, sizeof(raw_btf));
	buf_free(&raw);
	/* its section table is at the end */
	ck_assert_int_lt(read_bytes(bytes.data, bytes.len - 10, &raw, &err), 0);
	ck_assert_msg(strstr(err.text, "truncated") != NULL, "%s", err.text);
	buf_free(&bytes);
	fake_elf_build(&bare, &bytes);
	ck_assert_int_lt(read_bytes(bytes.data, bytes.len, &raw, &err), 0);
	ck_assert_msg(strstr(err.text, "without a .BTF section") != NULL, "%s", err.text);
	error_clear(&err);
	buf_free(&bytes);
	buf_free(&raw);
}
END_TEST

static const char *const nonsense[] = {"", "abc", "this is a text and no kernel's types at all",
                                       "\x7f"
                                       "ELF",
                                       "\xfd"
                                       "7zXZ"};

START_TEST(nonsense_is_refused)
{
	struct error err = {0};
	struct buf raw = {0};

	ck_assert_int_lt(read_bytes(nonsense[_i], strlen(nonsense[_i]), &raw, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	error_clear(&err);
	buf_free(&raw);
}
END_TEST

START_TEST(an_endless_file_is_refused)
{
	char *path = scratch_file("sparse.btf", raw_btf, sizeof(raw_btf));
	struct error err = {0};
	struct buf raw = {0};
	int fd;

	ck_assert_int_eq(truncate(path, (off_t)4 << 30), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_lt(btf_source_read(fd, &raw, &err), 0);
	ck_assert_msg(strstr(err.text, "larger than") != NULL, "%s", err.text);
	ck_assert_uint_le(raw.len, BTF_SOURCE_MAX + (1 << 20));
	close(fd);
	buf_free(&raw);
	error_clear(&err);
	free(path);
}
END_TEST

START_TEST(a_directory_stands_for_its_files_in_order)
{
	static const char *const names[] = {"d/6.10.0.btf", "d/6.2.0.btf.tar.xz", "d/deep/vmlinux-5.4.0-1-x",
	                                    "d/6.2.0.btf.sha256sum", "d/notes"};
	char *dir = scratch_path("d"), *deep = scratch_path("d/deep"), *empty = scratch_path("empty");
	cleanup_btf_source_list struct btf_source_list list = {0};
	struct error err = {0};

	ck_assert_int_eq(mkdir(dir, 0755) | mkdir(deep, 0755) | mkdir(empty, 0755), 0);
	for (size_t i = 0; i < COUNT(names); i++)
		free(scratch_file(names[i], "x", 1));
	ck_assert_msg(!btf_source_add(&list, dir, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_str_eq(list.at[0].id, "5.4.0-1-x");
	ck_assert_str_eq(list.at[1].id, "6.2.0");
	ck_assert_str_eq(list.at[2].id, "6.10.0");
	ck_assert_int_lt(btf_source_add(&list, empty, &err), 0);
	ck_assert_msg(strstr(err.text, "holds no .btf") != NULL, "%s", err.text);
	ck_assert_int_lt(btf_source_add(&list, "/does/not/exist", &err), 0);
	ck_assert_uint_eq(list.count, 3);
	error_clear(&err);
	free(dir);
	free(deep);
	free(empty);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("btf_source", .open = scratch_setup, .close = scratch_teardown, .seconds = 120),
	        EACH(archives_are_read, archives),
	        TEST(raw_and_elf_are_read),
	        EACH(nonsense_is_refused, nonsense),
	        TEST(an_endless_file_is_refused),
	        TEST(a_directory_stands_for_its_files_in_order),
	};

	return suite_run("btf_source", tests, COUNT(tests));
}
