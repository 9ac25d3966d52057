/* SPDX-License-Identifier: BSD-2-Clause */
/* settle: memory that is there is not waited for. */
#include <check.h>
#include <stdlib.h>

#include "agent/settle.c"

START_TEST(the_line_of_meminfo_is_read)
{
	ck_assert_int_eq(settle_available("MemTotal:  214620 kB\nMemFree:  181884 kB\nMemAvailable:  184908 kB\n"),
	                 184908);
	ck_assert_int_eq(settle_available("MemAvailable: 7 kB"), 7);
	ck_assert_int_eq(settle_available("MemTotal:  214620 kB\n"), -1);
	ck_assert_int_eq(settle_available(""), -1);
}
END_TEST

START_TEST(what_is_back_is_not_waited_for)
{
	settle_mark();
	ck_assert_int_gt(marked, 0);
	marked = 1;
	settle_wait();
	ck_assert_int_eq(marked, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("settle");
	TCase *t = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_test(t, the_line_of_meminfo_is_read);
	tcase_add_test(t, what_is_back_is_not_waited_for);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
