/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "host/kernels/kernel_list.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const struct {
	const char *text;
	size_t count;
	/* of the last row */
	enum row_kind kind;
	unsigned line;
	const char *spec, *flavour, *id, *append, *expect;
	bool optional;
	unsigned memory_mb, processors;
} accepted[] = {
        {"6.1 cloud\n", 1, ROW_PACKAGE, 1, "6.1", "cloud", "6.1-cloud", "", "", false, 0},
        {"6.1 cloud", 1, ROW_PACKAGE, 1, "6.1", "cloud", "6.1-cloud", "", "", false, 0},
        {"# c\r\n\r\n5.10\tamd64\r\n", 1, ROW_PACKAGE, 3, "5.10", "amd64", "5.10-amd64", "", "", false, 0},
        {"\xef\xbb\xbf"
         "6.1 rt",
         1, ROW_PACKAGE, 1, "6.1", "rt", "6.1-rt", "", "", false, 0},
        {"  newest   rt  # c\n", 1, ROW_PACKAGE, 1, "newest", "rt", "newest-rt", "", "", false, 0},
        {"6.12.95+deb12-cloud-amd64", 1, ROW_PACKAGE, 1, "6.12.95+deb12-cloud-amd64", "", "6.12.95+deb12-cloud-amd64",
         "", "", false, 0},
        {"7.3-amd64", 1, ROW_PACKAGE, 1, "7.3-amd64", "", "7.3-amd64", "", "", false, 0},
        {"./vmlinuz-mine", 1, ROW_FILE, 1, "./vmlinuz-mine", "", "vmlinuz-mine", "", "", false, 0},
        {"\"/a b/my kernel\"", 1, ROW_FILE, 1, "/a b/my kernel", "", "my_kernel", "", "", false, 0},
        {"./\xc3\xa9#x", 1, ROW_FILE, 1, "./\xc3\xa9#x", "", "___x", "", "", false, 0},
        {"./d/5.4.0-42-generic.btf.tar.xz", 1, ROW_TYPES, 1, "./d/5.4.0-42-generic.btf.tar.xz", "", "5.4.0-42-generic",
         "", "", false, 0},
        {"./x.btf expect=wrong optional", 1, ROW_TYPES, 1, "./x.btf", "", "x", "", "wrong", true, 0},
        {"./.btf id=y", 1, ROW_TYPES, 1, "./.btf", "", "y", "", "", false, 0},
        {"./d/vmlinux-5.4 types", 1, ROW_TYPES, 1, "./d/vmlinux-5.4", "", "vmlinux-5.4", "", "", false, 0},
        {"6.1 rt optional memory=512 processors=2 append=\"a=1 b # c\" expect=rejected:no-kernel-btf id=mine", 1,
         ROW_PACKAGE, 1, "6.1", "rt", "mine", "a=1 b # c", "rejected:no-kernel-btf", true, 512, 2},
        {"6.1 rt expect=wrong#not-a-comment", 0, ROW_PACKAGE, 0, NULL, NULL, NULL, NULL, NULL, false, 0},
        {"6.1 rt expect=wrong #comment", 1, ROW_PACKAGE, 1, "6.1", "rt", "6.1-rt", "", "wrong", false, 0},
        {"6.1 rt append=", 1, ROW_PACKAGE, 1, "6.1", "rt", "6.1-rt", "", "", false, 0},
        {"6.12 cloud arch=arm64", 1, ROW_PACKAGE, 1, "6.12", "cloud", "6.12-cloud-arm64", "", "", false, 0},
        {"6.12 cloud memory=512 arch=aarch64", 1, ROW_PACKAGE, 1, "6.12", "cloud", "6.12-cloud-arm64", "", "", false,
         512},
        {"6.1 cloud env=lsm:bpf,lockdown:integrity", 1, ROW_PACKAGE, 1, "6.1", "cloud",
         "6.1-cloud+lockdown-integrity+lsm-bpf", "", "", false, 0},
        {"./vmlinuz env=lsm:none", 1, ROW_FILE, 1, "./vmlinuz", "", "vmlinuz+lsm-none", "", "", false, 0},
        {"6.1 cloud env=lsm:none id=mine", 1, ROW_PACKAGE, 1, "6.1", "cloud", "mine", "", "", false, 0},
        {"6.1 cloud\n6.1 cloud env=lsm:none\n6.1 cloud env=lsm:bpf", 3, ROW_PACKAGE, 3, "6.1", "cloud",
         "6.1-cloud+lsm-bpf", "", "", false, 0},
        {"6.12 arm64", 1, ROW_PACKAGE, 1, "6.12", "arm64", "6.12-arm64", "", "", false, 0},
        {"6.12 riscv64", 1, ROW_PACKAGE, 1, "6.12", "riscv64", "6.12-riscv64", "", "", false, 0},
        {"6.12 16k arch=arm64", 1, ROW_PACKAGE, 1, "6.12", "16k", "6.12-16k-arm64", "", "", false, 0},
        {"6.12.1+deb13-arm64-16k", 1, ROW_PACKAGE, 1, "6.12.1+deb13-arm64-16k", "", "6.12.1+deb13-arm64-16k", "", "",
         false, 0},
        {"6.1 cloud\n6.1 cloud arch=arm64", 2, ROW_PACKAGE, 2, "6.1", "cloud", "6.1-cloud-arm64", "", "", false, 0},
        {"6.12 * cloud optional", 1, ROW_PACKAGE, 1, "6.12.*", "cloud", "6.12.*-cloud", "", "", true, 0},
        {"6.12 * 16k arch=arm64", 1, ROW_PACKAGE, 1, "6.12.*", "16k", "6.12.*-16k-arm64", "", "", false, 0},
        {"* rt memory=512", 1, ROW_PACKAGE, 1, "*", "rt", "*-rt", "", "", false, 512},
        {"6.12.40..6.12.90 cloud", 1, ROW_PACKAGE, 1, "6.12.40..6.12.90", "cloud", "6.12.40..6.12.90-cloud", "", "",
         false, 0},
        {"6.1 rt\n6.1 rt id=again\n\n6.1 cloud", 3, ROW_PACKAGE, 4, "6.1", "cloud", "6.1-cloud", "", "", false, 0},
};

START_TEST(accepts)
{
	struct kernel_list list;
	struct error err = {0};
	const struct kernel_row *row;
	int rc = kernel_list_parse(accepted[_i].text, strlen(accepted[_i].text), "k", &list, &err);

	if (!accepted[_i].count) {
		ck_assert_int_lt(rc, 0);
		error_clear(&err);
		return;
	}
	ck_assert_msg(!rc, "%s", err.text);
	ck_assert_uint_eq(list.count, accepted[_i].count);
	row = &list.rows[list.count - 1];
	ck_assert_int_eq(row->kind, accepted[_i].kind);
	ck_assert_uint_eq(row->line, accepted[_i].line);
	ck_assert((row->source != NULL) == (row->kind == ROW_PACKAGE));
	ck_assert_int_eq(row->several, strchr(row->id, '*') || strstr(row->id, ".."));
	ck_assert_str_eq(row->spec, accepted[_i].spec);
	ck_assert_str_eq(row->flavour, accepted[_i].flavour);
	ck_assert_str_eq(row->id, accepted[_i].id);
	ck_assert(
	        (row->arch == arch_find("arm64")) ==
	        (strstr(row->spec, "arm64") || strstr(accepted[_i].text, "arch=a") || !strcmp(row->flavour, "arm64")));
	ck_assert((row->arch == arch_find("riscv64")) == !strcmp(row->flavour, "riscv64"));
	ck_assert_str_eq(row->append, accepted[_i].append);
	ck_assert_str_eq(row->expect, accepted[_i].expect);
	ck_assert_int_eq(row->optional, accepted[_i].optional);
	ck_assert_uint_eq(row->memory_mb, accepted[_i].memory_mb);
	ck_assert_uint_eq(row->processors, accepted[_i].processors);
	kernel_list_free(&list);
}
END_TEST

START_TEST(types_alone_are_set_apart)
{
	static const char text[] = "6.1 rt\n./no/such.btf\n6.1 cloud\n./no/other.btf optional\n";
	cleanup_kernel_list struct kernel_list list = {0}, types = {0};
	struct error err = {0};

	ck_assert(!kernel_list_parse(text, strlen(text), "k", &list, &err));
	kernel_list_split(&list, &types);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.rows[1].id, "6.1-cloud");
	ck_assert_uint_eq(types.count, 2);
	ck_assert_int_lt(kernel_list_check_types(&types, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, "k:2: ./no/such.btf: ") != NULL, "%s", err.text);
	error_clear(&err);
	types.rows[0].optional = true;
	ck_assert(!kernel_list_check_types(&types, &err));
	ck_assert_uint_eq(types.count, 0);
}
END_TEST

/* What commands take of a list, in one step: each of these is a list with two rows of types, of which one is there. */
static const struct {
	const char *globs[2];
	size_t count, kernels, types;
	const char *refused; /* NULL: taken */
} taken[] = {
        {{NULL}, 0, 0, 0, ":2: ./no/such.btf: "},
        {{"6.1-*"}, 1, 2, 0, NULL},
        {{"here"}, 1, 0, 1, NULL},
        {{"6.1-rt", "here"}, 2, 1, 1, NULL},
        {{"such"}, 1, 0, 0, ":2: ./no/such.btf: "},
        {{"7.*"}, 1, 0, 0, "no kernel matches '7.*'"},
};

START_TEST(a_command_takes_kernels_and_types)
{
	cleanup_free char *btf = scratch_file("here.btf", "x", 1);
	cleanup_free char *text = xasprintf("6.1 rt\n./no/such.btf\n6.1 cloud\n\"%s\"\n", btf);
	cleanup_free char *path = scratch_file("list.txt", text, strlen(text));
	cleanup_kernel_list struct kernel_list list = {0}, types = {0};
	cleanup_error struct error err = {0};
	int rc = kernel_list_read(path, &list, &err);

	rc = rc ? rc : kernel_list_sift(&list, (char *const *)taken[_i].globs, taken[_i].count, &types, &err);
	if (taken[_i].refused) {
		ck_assert_int_lt(rc, 0);
		ck_assert_int_eq(err.status, EXIT_USAGE);
		ck_assert_msg(strstr(err.text, taken[_i].refused) != NULL, "%s", err.text);
		return;
	}
	ck_assert_msg(!rc, "%s", err.text);
	ck_assert_uint_eq(list.count, taken[_i].kernels);
	ck_assert_uint_eq(types.count, taken[_i].types);
	ck_assert_int_eq(!kernel_list_need_kernel(&list, "run", &err), taken[_i].kernels > 0);
}
END_TEST

#define BYTES(s) s, sizeof(s) - 1

static const struct {
	const char *text;
	size_t len;
	const char *place;
	const char *says;
} refused[] = {
        {BYTES(""), "k: ", "no kernel"},
        {BYTES("# nothing\n\n"), "k: ", "no kernel"},
        {BYTES("6.1 cloud\ngarbage\n"), "k:2:1: ", "'garbage' names no kernel"},
        {BYTES("6.1\n"), "k:1:4: ", "expected a flavour"},
        {BYTES("6.1 s390x\n"), "k:1:5: ", "'s390x' after '6.1'"},
        {BYTES("6.1 16k arch=amd64\n"), "k:1:5: ", "'16k' after '6.1'"},
        {BYTES("6.1 cloud arch=vax\n"), "k:1:11: ", "arch=vax; expected one of amd64, arm64, riscv64"},
        {BYTES("6.1 cloud arch=arm64 arch=arm64\n"), "k:1:22: ", "given twice"},
        {BYTES("6.1 arch=arm64\n"), "k:1:5: ", "expected a flavour: arm64, cloud, rt, 16k or 64k"},
        {BYTES("6.1 amd64 arch=arm64\n"), "k:1:5: ", "'amd64' after '6.1'"},
        {BYTES("6.1.0-50-amd64 arch=arm64\n"), "k:1:1: ", "ends in -arm64"},
        {BYTES("./Image arch=arm64\n"), "k:1:9: ", "says itself whose it is"},
        {BYTES("6.1 *\n"), "k:1:6: ", "nothing after '*'; expected a flavour"},
        {BYTES("6.1 * s390x\n"), "k:1:7: ", "'s390x' after '*'"},
        {BYTES("6.1.5 * cloud\n"), "k:1:1: ", "MAJOR.MINOR FLAVOUR"},
        {BYTES("6.1.5..6 cloud\n"), "k:1:1: ", "names no kernel"},
        {BYTES("6.1.5..6.1.9\n"), "k:1:13: ", "nothing after '6.1.5..6.1.9'; expected a flavour"},
        {BYTES("newest * cloud\n"), "k:1:8: ", "'*' after 'newest'"},
        {BYTES("6.1.5 cloud\n"), "k:1:1: ", "MAJOR.MINOR FLAVOUR"},
        {BYTES("6.1.0-50-s390x\n"), "k:1:1: ", "ends in -amd64"},
        {BYTES("6. cloud\n"), "k:1:1: ", "names no kernel"},
        {BYTES("vmlinuz\n"), "k:1:1: ", "a path with a '/'"},
        {BYTES("6.1 rt  bogus\n"), "k:1:9: ", "unknown option 'bogus'"},
        {BYTES("6.1 rt memory\n"), "k:1:8: ", "unknown option"},
        {BYTES("6.1 rt memory=\n"), "k:1:8: ", "number of MB"},
        {BYTES("6.1 rt memory=12\n"), "k:1:8: ", "from 64 to 65536"},
        {BYTES("6.1 rt memory=-1\n"), "k:1:8: ", "number of MB"},
        {BYTES("6.1 rt memory=99999999999999999999\n"), "k:1:8: ", "number of MB"},
        {BYTES("6.1 rt memory=256M\n"), "k:1:8: ", "number of MB"},
        {BYTES("6.1 rt processors=0\n"), "k:1:8: ", "from 1 to 64"},
        {BYTES("6.1 rt processors=two\n"), "k:1:8: ", "from 1 to 64"},
        {BYTES("./x.btf processors=2\n"), "k:1:1: ", "not booted"},
        {BYTES("6.1 rt types\n"), "k:1:8: ", "not a path"},
        {BYTES("./x.btf memory=512\n"), "k:1:1: ", "not booted"},
        {BYTES("./vmlinux types append=x\n"), "k:1:1: ", "not booted"},
        {BYTES("6.1 rt optional optional\n"), "k:1:17: ", "given twice"},
        {BYTES("6.1 rt expect=infra\n"), "k:1:8: ", "can be expected"},
        {BYTES("6.1 rt expect=fine\n"), "k:1:8: ", "can be expected"},
        {BYTES("6.1 rt expect=pass:relocation\n"), "k:1:8: ", "can be expected"},
        {BYTES("6.1 rt expect=rejected:bogus\n"), "k:1:8: ", "can be expected"},
        {BYTES("6.1 rt btf=\n"), "k:1:8: ", "btf= names no file"},
        {BYTES("6.1 rt btf=a btf=b\n"), "k:1:14: ", "given twice"},
        {BYTES("6.1 rt config=\n"), "k:1:8: ", "config= names no file"},
        {BYTES("./x.btf config=c\n"), "k:1:1: ", "not booted"},
        {BYTES("6.1 rt env=\n"), "k:1:8: ", "env=: '' is not a circumstance; expected lockdown:integrity, "},
        {BYTES("6.1 rt env=lsm:yama\n"), "k:1:8: ", "'lsm:yama' is not a circumstance; expected lsm:bpf or lsm:none"},
        {BYTES("6.1 rt env=lsm:bpf,lsm:none\n"), "k:1:8: ", "contradict each other"},
        {BYTES("6.1 rt env=lsm:bpf env=lsm:bpf\n"), "k:1:20: ", "given twice"},
        {BYTES("./x.btf env=lsm:bpf\n"), "k:1:1: ", "not booted"},
        {BYTES("6.1 rt\n6.1 rt env=lsm:bpf\n6.1 rt env=lsm:bpf\n"), "k:3:1: ", "already used on line 2"},
        {BYTES("6.1 rt id=a/b\n"), "k:1:8: ", "expected a name"},
        {BYTES("6.1 rt id=..\n"), "k:1:8: ", "expected a name"},
        {BYTES("6.1 rt append=\"a b\n"), "k:1:15: ", "not closed"},
        {BYTES("6.1 rt\n6.1 cloud\n6.1 rt\n"), "k:3:1: ", "already used on line 1"},
        {BYTES("./a/vmlinuz\n./b/vmlinuz\n"), "k:2:1: ", "id=NAME"},
        {BYTES("6.1 rt\n6.\0001 cloud\n"), "k:2:3: ", "NUL"},
        {BYTES("6.1 rt\x01\n"), "k:1:7: ", "control character 0x01"},
        {BYTES("6.1 rt\r \n"), "k:1:7: ", "control character 0x0d"},
        {BYTES("6.1 rt # \xff\n"), "k:1:10: ", "0xff is not UTF-8"},
        {BYTES("# \xc3\n"), "k:1:3: ", "not UTF-8"},
        {BYTES("# \xed\xa0\x80\n"), "k:1:3: ", "not UTF-8"},
        {BYTES("# \xc0\xaf\n"), "k:1:3: ", "not UTF-8"},
        {BYTES("\x7f"
               "ELF\x02\x01\x01\0\0\0\0\0"),
         "k:1:1: ", "control character"},
};

START_TEST(refuses)
{
	struct kernel_list list;
	struct error err = {0};

	ck_assert_int_lt(kernel_list_parse(refused[_i].text, refused[_i].len, "k", &list, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(!strncmp(err.text, refused[_i].place, strlen(refused[_i].place)), "%s", err.text);
	ck_assert_msg(strstr(err.text, refused[_i].says), "%s", err.text);
	ck_assert_uint_eq(list.count, 0);
	error_clear(&err);
}
END_TEST

START_TEST(takes_long_lines)
{
	struct buf text = {0};
	struct kernel_list list;
	struct error err = {0};

	buf_puts(&text, "6.1 rt append=\"");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "x=1 ");
	buf_puts(&text, "\"\n6.1 cloud");
	ck_assert_int_eq(kernel_list_parse(text.data, text.len, "k", &list, &err), 0);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_uint_eq(strlen(list.rows[0].append), 400000);
	kernel_list_free(&list);
	buf_free(&text);
}
END_TEST

static const char *const three = "5.10 amd64\n6.1 cloud\n6.1 rt\n";

static const struct {
	const char *globs[3];
	size_t count;
	const char *ids; /* NULL: refused */
} selections[] = {
        {{NULL}, 0, "5.10-amd64 6.1-cloud 6.1-rt "},
        {{"6.1-*"}, 1, "6.1-cloud 6.1-rt "},
        {{"6.1-rt", "5.*"}, 2, "5.10-amd64 6.1-rt "},
        {{"*"}, 1, "5.10-amd64 6.1-cloud 6.1-rt "},
        {{"6.1-rt", "7.*"}, 2, NULL},
        {{"6.1"}, 1, NULL},
};

START_TEST(selects)
{
	struct kernel_list list;
	struct error err = {0};
	struct buf ids = {0};
	int rc;

	ck_assert_int_eq(kernel_list_parse(three, strlen(three), "k", &list, &err), 0);
	rc = kernel_list_select(&list, (char *const *)selections[_i].globs, selections[_i].count, &err);
	if (!selections[_i].ids) {
		ck_assert_int_lt(rc, 0);
		ck_assert_int_eq(err.status, EXIT_USAGE);
		ck_assert_ptr_nonnull(strstr(err.text, "5.10-amd64, 6.1-cloud, 6.1-rt"));
		ck_assert_uint_eq(list.count, 3);
	} else {
		ck_assert_int_eq(rc, 0);
		for (size_t i = 0; i < list.count; i++)
			buf_printf(&ids, "%s ", list.rows[i].id);
		ck_assert_str_eq(buf_str(&ids), selections[_i].ids);
	}
	buf_free(&ids);
	error_clear(&err);
	kernel_list_free(&list);
}
END_TEST

START_TEST(missing_file_is_a_usage_error)
{
	struct kernel_list list;
	struct error err = {0};

	ck_assert_int_lt(kernel_list_read("/nonexistent/kernels.txt", &list, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/kernels.txt"));
	error_clear(&err);
}
END_TEST

/* The list that ships is part of the interface: it has to parse, with the rows that the README promises. */
START_TEST(default_list_parses)
{
	struct kernel_list list;
	struct error err = {0};

	ck_assert_msg(!kernel_list_read("kernels.txt", &list, &err), "%s", err.text);
	ck_assert_uint_ge(list.count, 18);
	ck_assert_int_eq(kernel_list_select(&list, (char *const[]){"5.10-rt", "newest-cloud"}, 2, &err), 0);
	ck_assert_uint_eq(list.count, 2);
	kernel_list_free(&list);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("kernel_list", .open = scratch_setup, .close = scratch_teardown),
	        TEST(types_alone_are_set_apart),
	        EACH(a_command_takes_kernels_and_types, taken),
	        EACH(accepts, accepted),
	        EACH(refuses, refused),
	        TEST(takes_long_lines),
	        EACH(selects, selections),
	        TEST(missing_file_is_a_usage_error),
	        TEST(default_list_parses),
	};

	return suite_run("kernel_list", tests, COUNT(tests));
}
