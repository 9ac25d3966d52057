/* SPDX-License-Identifier: BSD-2-Clause */
/* guest: what guests of each architecture need of this host and this program, and what is said when it is not there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/run/guest.h"
#include "tests/suite.h"

static struct kernel_list list_of(const char *text)
{
	struct kernel_list list;
	struct error err = {0};

	ck_assert_msg(!kernel_list_parse(text, strlen(text), "k", &list, &err), "%s", err.text);
	return list;
}

/* Only the usual agent is linked into a test. */
START_TEST(a_row_without_an_agent_is_the_users_mistake)
{
	struct kernel_list list = list_of("# first\n6.1 cloud arch=arm64\n");
	struct guest_means m = {0};
	struct error err = {0};

	ck_assert_int_eq(guest_means_find(&m, &list, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(!strncmp(err.text, "k:2: this program carries no agent for guests of aarch64", 56), "%s",
	              err.text);
	error_clear(&err);
	guest_means_free(&m);
	kernel_list_free(&list);
}
END_TEST

/* Of a file it is not known whose kernel it is: nothing is missed before that. */
START_TEST(a_file_misses_nothing_until_it_is_known)
{
	struct kernel_list list = list_of("./Image\n");
	struct store_kernel kernel = {.id = (char *)"mine", .arch = arch_find("arm64")};
	struct guest_means m = {0};
	struct error err = {0};

	ck_assert_msg(!guest_means_find(&m, &list, &err), "%s", err.text);
	ck_assert_int_lt(guest_means_check(&m, &kernel, &err), 0);
	ck_assert_msg(strstr(err.text, "mine: this program carries no agent"), "%s", err.text);
	error_clear(&err);
	guest_means_free(&m);
	kernel_list_free(&list);
}
END_TEST

START_TEST(guests_of_others_are_emulated)
{
	struct guest_means m = {.accel = ACCEL_KVM};
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++) {
		const struct store_kernel kernel = {.arch = arch};

		m.initrd[i] = xstrdup(arch->name);
		ck_assert_str_eq(guest_of(&kernel, NULL, &m).initrd, arch->name);
		ck_assert_int_eq(guest_of(&kernel, NULL, &m).accel, arch == arch_native() ? ACCEL_KVM : ACCEL_TCG);
		ck_assert_int_eq(guest_means_check(&m, &kernel, NULL), 0);
	}
	guest_means_free(&m);
}
END_TEST

START_TEST(one_qemu_is_told_once)
{
	struct guest_means m = {.qemu = {xstrdup("QEMU 7"), xstrdup("QEMU 7"), xstrdup("QEMU 8")},
	                        .initrd = {xstrdup("/a/b"), NULL, xstrdup("/a/c")}};
	cleanup_free char *qemu = guest_means_qemu(&m), *agents = guest_means_agents(&m);

	ck_assert_str_eq(qemu, "QEMU 7; QEMU 8");
	ck_assert_str_eq(agents, "b; c");
	guest_means_free(&m);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_row_without_an_agent_is_the_users_mistake),
	        TEST(a_file_misses_nothing_until_it_is_known),
	        TEST(guests_of_others_are_emulated),
	        TEST(one_qemu_is_told_once),
	};

	return suite_run("guest", tests, COUNT(tests));
}
