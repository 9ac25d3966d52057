/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols: what a guest says is checked and sorted, and every name is found, the compiler's copies as such. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "host/predict/need_check.h"
#include "host/store/symbols.h"
#include "tests/suite.h"

static int unpack(const char *text, uint32_t announced, struct buf *out, struct error *err)
{
	Bytef packed[4096];
	uLongf size = sizeof(packed);

	ck_assert_int_eq(compress(packed, &size, (const Bytef *)text, (uLong)strlen(text)), Z_OK);
	return symbols_unpack(packed, size, announced, out, err);
}

static const char said[] = "vfs_read\ndo_sys\nvfs_read.isra.0\nb\ndup\n__x64_sys_read\ndup\nlone.constprop.0\nvfs\n";

START_TEST(names_are_sorted)
{
	cleanup_buf struct buf out = {0};
	cleanup_error struct error err = {0};

	ck_assert_msg(!unpack(said, (uint32_t)strlen(said), &out, &err), "%s", err.text);
	ck_assert_str_eq(buf_str(&out),
	                 "__x64_sys_read\nb\ndo_sys\ndup\ndup\nlone.constprop.0\nvfs\nvfs_read\nvfs_read.isra.0\n");
}
END_TEST

static const struct {
	const char *text;
	int more; /* than there is, announced */
} damaged[] = {
        {"", 0}, {"a", 0}, {"a\n\nb\n", 0}, {"\na\n", 0}, {"a b\n", 0}, {"a\001\n", 0}, {"a\n", 1}, {"a\nb\n", -1},
};

START_TEST(what_is_no_list_is_refused)
{
	cleanup_buf struct buf out = {0};
	cleanup_error struct error err = {0};
	const char *text = damaged[_i].text;

	ck_assert_int_eq(unpack(text, (uint32_t)((int)strlen(text) + damaged[_i].more), &out, &err), -EBADMSG);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_ptr_nonnull(err.text);
}
END_TEST

START_TEST(garbage_and_excess_are_refused)
{
	cleanup_buf struct buf out = {0};

	ck_assert_int_eq(symbols_unpack("garbage", 7, 7, &out, NULL), -EBADMSG);
	ck_assert_int_eq(symbols_unpack("", 0, 0, &out, NULL), -EBADMSG);
	ck_assert_int_eq(unpack("a\n", (uint32_t)SYMBOLS_MAX + 1, &out, NULL), -EBADMSG);
}
END_TEST

static const struct {
	const char *name;
	size_t count;
	const char *variant;
} lookups[] = {
        {"vfs_read", 1, "vfs_read.isra.0"},
        {"vfs", 1, ""},
        {"vf", 0, ""},
        {"vfs_reads", 0, ""},
        {"dup", 2, ""},
        {"b", 1, ""},
        {"__x64_sys_read", 1, ""},
        {"__", 0, ""},
        {"lone", 0, "lone.constprop.0"},
        {"lone.constprop.0", 1, ""},
        {"", 0, ""},
        {"zzz", 0, ""},
        {"a", 0, ""},
        {"vfs_read.isra.0", 1, ""},
};

START_TEST(every_name_is_found)
{
	cleanup_buf struct buf out = {0};
	cleanup_free char *variant = NULL;

	ck_assert_int_eq(unpack(said, (uint32_t)strlen(said), &out, NULL), 0);
	ck_assert_uint_eq(symbols_count(out.data, out.len, lookups[_i].name), lookups[_i].count);
	variant = symbols_variant(out.data, out.len, lookups[_i].name);
	ck_assert_str_eq(variant, lookups[_i].variant);
	ck_assert_uint_eq(symbols_count("", 0, lookups[_i].name), 0);
}
END_TEST

static const struct {
	enum need_kind kind;
	const char *name;
	enum need_state by_types, state;
	bool provable;
	const char *note;
} needs[] = {
        {NEED_KPROBE, "vfs_read", NEED_MISSING, NEED_HOLDS, false, ""},
        {NEED_KPROBE, "vfs_read.isra.0", NEED_MISSING, NEED_HOLDS, false, ""},
        {NEED_KPROBE, "dup", NEED_HOLDS, NEED_DOUBTED, false, "2 functions"},
        {NEED_KPROBE, "lone", NEED_HOLDS, NEED_MISSING, true, "only as lone.constprop.0"},
        {NEED_KPROBE, "nothing", NEED_HOLDS, NEED_MISSING, true, "inlined, or in a module"},
        {NEED_FUNCTION, "nothing", NEED_HOLDS, NEED_HOLDS, false, ""},
        {NEED_HELPER, "nothing", NEED_MISSING, NEED_MISSING, false, ""},
};

START_TEST(symbols_decide_about_probes)
{
	const struct need n = {.kind = (uint8_t)needs[_i].kind, .name = (char *)needs[_i].name};
	cleanup_buf struct buf out = {0};
	cleanup_free char *note = NULL;
	bool provable = false;

	ck_assert_int_eq(unpack(said, (uint32_t)strlen(said), &out, NULL), 0);
	ck_assert_str_eq(
	        need_state_name(need_check_symbols(&n, needs[_i].by_types, out.data, out.len, &provable, &note)),
	        need_state_name(needs[_i].state));
	ck_assert(provable == needs[_i].provable);
	ck_assert_ptr_nonnull(strstr(note ? note : "", needs[_i].note));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(names_are_sorted),
	        EACH(what_is_no_list_is_refused, damaged),
	        TEST(garbage_and_excess_are_refused),
	        EACH(every_name_is_found, lookups),
	        EACH(symbols_decide_about_probes, needs),
	};

	return suite_run("symbols", tests, COUNT(tests));
}
