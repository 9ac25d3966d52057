/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suite: a test program as a table: main lists its tests, as a list of behaviours, and runs them. For files of
 * harness/tests only.
 *
 *	int main(void)
 *	{
 *		const struct suite_row tests[] = {
 *		        EACH(a_text_becomes_a_number, cases),
 *		        GROUP("files", .open = scratch_setup, .close = scratch_teardown),
 *		        TEST(a_file_is_read),
 *		};
 *
 *		return suite_run("number", tests, COUNT(tests));
 *	}
 */
#ifndef COREMATRIX_TESTS_SUITE_H
#define COREMATRIX_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* One test, or the group that the rows below it belong to. Rows before the first group are in one named as the suite.
 */
struct suite_row {
	const TTest *test;
	size_t first, end; /* values of _i, without `end` */

	const char *group;      /* as for CK_RUN_CASE */
	SFun set_up, tear_down; /* around each test, in its process */
	SFun open, close;       /* once, around all tests of the group, in this process */
	int seconds;            /* for each of its tests; 0 for what CK_DEFAULT_TIMEOUT says */
};

#define GROUP(name, ...) \
	{ \
		.group = name, __VA_ARGS__ \
	}
#define TEST(name) \
	{ \
		.test = name, .end = 1 \
	}
/* With _i as an index into the table; with _i from `from` on, below `to`. */
#define EACH(name, table) \
	{ \
		.test = name, .end = COUNT(table) \
	}
#define RANGE(name, from, to) \
	{ \
		.test = name, .first = from, .end = to \
	}

static inline TCase *suite_group(Suite *suite, const struct suite_row *row)
{
	TCase *group = tcase_create(row->group);

	suite_add_tcase(suite, group);
	if (row->set_up || row->tear_down)
		tcase_add_checked_fixture(group, row->set_up, row->tear_down);
	if (row->open || row->close)
		tcase_add_unchecked_fixture(group, row->open, row->close);
	if (row->seconds)
		tcase_set_timeout(group, row->seconds);
	return group;
}

/* What main returns. */
static inline int suite_run(const char *name, const struct suite_row *rows, size_t count)
{
	const struct suite_row own = {.group = name};
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	TCase *group = NULL;
	int failed;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].group || !group)
			group = suite_group(suite, rows[i].group ? &rows[i] : &own);
		if (rows[i].test)
			tcase_add_loop_test(group, rows[i].test, (int)rows[i].first, (int)rows[i].end);
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
