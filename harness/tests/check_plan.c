/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "host/run/plan.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static const char *const ids[] = {"a", "b", "c", "d", "e"};

static char *order(const struct plan *plan)
{
	struct buf text = {0};

	for (size_t i = 0; i < plan->count; i++)
		buf_puts(&text, plan->at[i].id);
	return buf_steal(&text);
}

static const struct {
	const char *name, *times, *order;
} orders[] = {
        {"nothing known: as listed", "", "abcde"},
        {"longest first", "a 10\nb 50\nc 30\nd 20\ne 40\n", "becda"},
        {"unknown ones first, as they may be long", "a 10\nc 30\n", "bdeca"},
        {"equal ones as listed", "a 5\nb 5\nc 5\nd 5\ne 5\n", "abcde"},
        {"the last time wins", "a 5\nb 6\na 7\nc 1\nd 1\ne 1\n", "abcde"},
        {"nonsense is skipped", "a\n b\na -3\na x\nb 1e99\n\n \xff\xfe 3\ne 9\n", "abcde"},
};

START_TEST(order_follows_the_times)
{
	cleanup_free char *got = NULL;
	struct plan_times times;
	struct plan plan;

	plan_times_parse(orders[_i].times, &times);
	plan_make(&plan, ids, COUNT(ids), &times);
	got = order(&plan);
	ck_assert_msg(!strcmp(got, orders[_i].order), "%s: %s", orders[_i].name, got);
	plan_free(&plan);
	plan_times_free(&times);
}
END_TEST

START_TEST(times_survive_on_disk)
{
	struct plan_times times = {0}, again;

	plan_times_set(&times, "6.1 with space", 1234);
	plan_times_set(&times, "7.2", 5);
	ck_assert_int_eq(plan_times_write(scratch_root, &times, NULL), 0);
	plan_times_read(scratch_root, &again);
	ck_assert_uint_eq(again.count, 2);
	ck_assert_str_eq(again.ids[0], "6.1 with space");
	ck_assert(again.ms[0] > 1233 && again.ms[0] < 1235);
	plan_times_free(&times);
	plan_times_free(&again);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("plan", .open = scratch_setup, .close = scratch_teardown),
	        EACH(order_follows_the_times, orders),
	        TEST(times_survive_on_disk),
	};

	return suite_run("plan", tests, COUNT(tests));
}
