/* SPDX-License-Identifier: BSD-2-Clause */
/* Files at addresses that a user's NAME.sha256 lists: its lines, and what rows call their kernels. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/source/file_list.h"
#include "host/source/kernel_words.h"
#include "tests/suite.h"

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const char list[] =
        "# two kernels\n" A "  http://lab.example/6.9/vmlinuz-6.9.1-lab\n" B
        " *http://lab.example/6.9/config-6.9.1-lab\n" A "  http://lab.example/6.9/modules-6.9.1-lab.tar.xz\n\n" B
        "  vmlinuz-6.10.2-lab\n" A "  /srv/vmlinuz-6.8.0\r\n" A "  System.map-6.9.1-lab\n" A "  config-5.0.0\n" A
        "  vmlinuz-linux\n";

START_TEST(files_of_a_name_are_one_kernel)
{
	struct kernel_index index __attribute__((cleanup(kernel_index_free)));
	cleanup_error struct error err = {0};
	const struct kernel_package *k;

	ck_assert_msg(!file_list_index(list, "lab.sha256", "/home/lab", &index, &err), "%s", err.text);
	ck_assert_uint_eq(index.count, 3);
	k = &index.kernels[1];
	ck_assert_str_eq(k->release, "6.9.1-lab");
	ck_assert_str_eq(k->image.uri, "http://lab.example/6.9/vmlinuz-6.9.1-lab");
	ck_assert_str_eq(k->image.sha256, A);
	ck_assert_str_eq(k->config.uri, "http://lab.example/6.9/config-6.9.1-lab");
	ck_assert_str_eq(k->config.sha256, B);
	ck_assert_str_eq(k->modules[0].name, "modules-6.9.1-lab.tar.xz");
	ck_assert_str_eq(index.kernels[0].image.uri, "file:/srv/vmlinuz-6.8.0");
	ck_assert_str_eq(index.kernels[2].image.uri, "file:/home/lab/vmlinuz-6.10.2-lab");
	ck_assert_ptr_null(index.kernels[2].config.name);
}
END_TEST

static const struct {
	const char *spec, *flavour;
	const char *release; /* NULL: refused */
} rows[] = {
        {"6.9.1-lab", "", "6.9.1-lab"}, {"newest", "lab", "6.10.2-lab"}, {"6.9", "lab", "6.9.1-lab"},
        {"6.8", "kernel", "6.8.0"},     {"6.9", "kernel", NULL},         {"6.9.2-lab", "", NULL},
};

START_TEST(finds_the_kernel_of_a_row)
{
	struct kernel_index index __attribute__((cleanup(kernel_index_free)));
	const struct kernel_wish wish = {arch_default(), rows[_i].spec, rows[_i].flavour};
	struct kernel_source source = file_list_source;
	cleanup_error struct error err = {0};
	const struct kernel_package *k;

	source.name = "lab";
	ck_assert_int_eq(file_list_index(list, "lab.sha256", "/home/lab", &index, NULL), 0);
	k = source_find(&source, &index, &wish, &err);
	if (rows[_i].release)
		ck_assert_str_eq(k->release, rows[_i].release);
	else
		ck_assert_ptr_null(k);
}
END_TEST

static const struct {
	const char *text, *says;
} refused[] = {
        {"", "lab.sha256: lists no kernel"},
        {A "  config-6.9.1\n", "lab.sha256: lists no kernel"},
        {"# x\nvmlinuz-6.9.1\n", "lab.sha256:2: expected a hash"},
        {"0123  vmlinuz-6.9.1\n", "lab.sha256:1: expected a hash"},
        {A " vmlinuz-6.9.1\n", "lab.sha256:1: expected a hash"},
        {A "  \n", "lab.sha256:1: expected a hash"},
        {A "  vmlinuz-6.9.1\n" A "  other/vmlinuz-6.9.1\n", "lab.sha256:2: expected a hash"},
};

START_TEST(says_what_is_wrong_with_a_list)
{
	struct kernel_index index __attribute__((cleanup(kernel_index_free)));
	cleanup_error struct error err = {0};

	ck_assert_int_lt(file_list_index(refused[_i].text, "lab.sha256", "/home/lab", &index, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, refused[_i].says), "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(files_of_a_name_are_one_kernel),
	        EACH(finds_the_kernel_of_a_row, rows),
	        EACH(says_what_is_wrong_with_a_list, refused),
	};

	return suite_run("file_list", tests, COUNT(tests));
}
