/* SPDX-License-Identifier: BSD-2-Clause */
/* event_types: the type of events out of BTF and, by way of pahole, DWARF; what is missing is said. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/btf.h>

#include "base/cleanup.h"
#include "host/object/event_types.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* A file with `struct record { unsigned int pid; }` and a typedef of it. */
static char *btf_file(const char *name)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "unsigned int", 4, 0), record = btf__add_struct(btf, "record", 4);
	const void *raw;
	uint32_t size;
	char *path;

	ck_assert(number > 0 && record > 0);
	ck_assert_int_eq(btf__add_field(btf, "pid", number, 0, 0), 0);
	ck_assert_int_gt(btf__add_typedef(btf, "record_t", record), 0);
	ck_assert_int_gt(btf__add_typedef(btf, "number_t", number), 0);
	raw = btf__raw_data(btf, &size);
	path = scratch_file(name, raw, size);
	btf__free(btf);
	return path;
}

/* What is wrong, or "". */
static char *read_types(const char *path, const char *type, struct buf *raw)
{
	cleanup_error struct error err = {0};

	if (!event_types_read(path, type, raw, &err))
		return xstrdup("");
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, path) == err.text, "%s", err.text);
	return xstrdup(err.text + strlen(path));
}

START_TEST(a_struct_or_a_typedef_of_one_is_found)
{
	cleanup_free char *path = btf_file("good.btf"), *one = NULL, *two = NULL;
	cleanup_buf struct buf raw = {0}, again = {0};

	one = read_types(path, "record", &raw);
	two = read_types(path, "record_t", &again);
	ck_assert_str_eq(one, "");
	ck_assert_str_eq(two, "");
	ck_assert(raw.len > 24 && raw.len == again.len && !memcmp(raw.data, "\x9f\xeb", 2));
}
END_TEST

static const struct {
	const char *file, *type, *text;
} lacks[] = {
        {"good.btf", "event", "has no struct event; `event` in [object] names"},
        {"good.btf", "number_t", "has no struct number_t"},
        {"good.btf", "unsigned int", "has no struct unsigned int"},
        {"none.btf", "record", "No such file or directory"},
        {".", "record", "is not a file"},
        {"text.btf", "record", "neither BTF, nor an ELF file"},
};

START_TEST(what_is_missing_is_said)
{
	cleanup_free char *good = btf_file("good.btf"), *text = scratch_file("text.btf", "hello, hello", 12);
	cleanup_free char *path = scratch_path(lacks[_i].file), *why = NULL;
	cleanup_buf struct buf raw = {0};

	why = read_types(path, lacks[_i].type, &raw);
	ck_assert_msg(strstr(why, lacks[_i].text) != NULL, "%s", why);
	ck_assert_uint_eq(raw.len, 0);
}
END_TEST

/* This program was compiled with DWARF and has no BTF. */
START_TEST(dwarf_takes_pahole)
{
	cleanup_free char *why = NULL;
	cleanup_buf struct buf raw = {0};

	setenv("PATH", scratch_root, 1);
	why = read_types("/proc/self/exe", "record", &raw);
	ck_assert_msg(strstr(why, "which takes pahole to read: install it") != NULL, "%s", why);
}
END_TEST

static char *pahole_write(const char *script)
{
	char *path = scratch_file("pahole", script, strlen(script));

	ck_assert_int_eq(chmod(path, 0755), 0);
	setenv("PATH", scratch_root, 1);
	return path;
}

START_TEST(dwarf_becomes_btf)
{
	cleanup_free char *path = btf_file("made.btf"), *pahole = NULL, *script = NULL, *why = NULL, *other = NULL;
	cleanup_buf struct buf raw = {0};

	script = xasprintf("#!/bin/sh\nexec /bin/cat \"%s\"\n", path);
	pahole = pahole_write(script);
	why = read_types("/proc/self/exe", "record", &raw);
	ck_assert_str_eq(why, "");
	ck_assert_uint_gt(raw.len, 24);
	other = read_types("/proc/self/exe", "event", &raw);
	ck_assert_msg(strstr(other, "has no struct event") != NULL, "%s", other);
}
END_TEST

START_TEST(what_pahole_says_is_told)
{
	cleanup_free char *pahole = pahole_write("#!/bin/sh\necho 'no such unit' >&2\nexit 1\n"), *why = NULL;
	cleanup_buf struct buf raw = {0};

	why = read_types("/proc/self/exe", "record", &raw);
	ck_assert_msg(strstr(why, "pahole cannot read it: it exited with status 1: no such unit") != NULL, "%s", why);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("event_types", .open = scratch_setup, .close = scratch_teardown),
	        TEST(a_struct_or_a_typedef_of_one_is_found),
	        EACH(what_is_missing_is_said, lacks),
	        TEST(dwarf_takes_pahole),
	        TEST(dwarf_becomes_btf),
	        TEST(what_pahole_says_is_told),
	};

	return suite_run("event_types", tests, COUNT(tests));
}
