/* SPDX-License-Identifier: BSD-2-Clause */
/* run_plan: parts of a list, kernels that are not there, the text of a plan, and the times that are remembered. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/run/run_plan.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define LIST "5.10 cloud\n6.1 cloud\n6.12 cloud\n7.2 cloud\n"
#define TIMES "5.10-cloud 1000\n6.1-cloud 4000\n6.12-cloud 2000\n7.2-cloud 3000\n"

static void setup(void)
{
	scratch_setup();
	free(scratch_file("times.txt", TIMES, sizeof(TIMES) - 1));
}

static struct kernel_list read_list(void)
{
	struct kernel_list list;

	ck_assert_int_eq(kernel_list_parse(LIST, sizeof(LIST) - 1, "list", &list, NULL), 0);
	return list;
}

static char *ids_of(const struct kernel_list *list)
{
	struct buf text = {0};

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&text, "%s ", list->rows[i].id);
	return buf_steal(&text);
}

/* In the list's order, whatever the plan's is: longest first. */
static const struct {
	unsigned part, parts;
	const char *ids;
} parts[] = {
        {0, 0, "5.10-cloud 6.1-cloud 6.12-cloud 7.2-cloud "},
        {1, 1, "5.10-cloud 6.1-cloud 6.12-cloud 7.2-cloud "},
        {1, 2, "6.1-cloud 6.12-cloud "},
        {2, 2, "5.10-cloud 7.2-cloud "},
        {1, 3, "5.10-cloud 6.1-cloud "},
        {3, 3, "6.12-cloud "},
        {4, 4, "5.10-cloud "},
};

START_TEST(a_part_of_the_plan_is_left_in_the_list)
{
	cleanup_kernel_list struct kernel_list list = read_list();
	cleanup_free char *ids = NULL;

	ck_assert_int_eq(run_plan_take_part(&list, parts[_i].part, parts[_i].parts, scratch_root, NULL), 0);
	ids = ids_of(&list);
	ck_assert_str_eq(ids, parts[_i].ids);
}
END_TEST

START_TEST(a_part_without_a_kernel_is_refused)
{
	cleanup_kernel_list struct kernel_list list = read_list();
	cleanup_error struct error err = {0};

	ck_assert_int_lt(run_plan_take_part(&list, 5, 5, scratch_root, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_str_eq(err.text, "--part 5/5: the list has only 4 kernels");
}
END_TEST

START_TEST(skipped_kernels_are_not_planned)
{
	cleanup_kernel_list struct kernel_list list = read_list();
	const struct store_kernel kernels[4] = {[1] = {.skipped = true}, [3] = {.skipped = true}};
	struct plan plan;

	run_plan_make(&list, kernels, scratch_root, &plan);
	ck_assert_uint_eq(plan.count, 2);
	ck_assert_str_eq(plan.at[0].id, "6.12-cloud");
	ck_assert_uint_eq(plan.at[0].kernel, 2);
	ck_assert_str_eq(plan.at[1].id, "5.10-cloud");
	plan_free(&plan);
}
END_TEST

static const struct {
	size_t count;
	const char *first_line;
} objects_planned[] = {{1, "4 kernels, 1 object each: one\n"}, {2, "4 kernels, 2 objects each: one two\n"}};

START_TEST(a_plan_is_told_in_its_order)
{
	cleanup_kernel_list struct kernel_list list = read_list();
	struct object objects[] = {{.name = (char[]){"one"}}, {.name = (char[]){"two"}}};
	const struct object_list asked = {.at = objects, .count = objects_planned[_i].count};
	cleanup_free char *text = run_plan_text(&list, &asked, scratch_root);
	const char *rest = strchr(text, '\n') + 1;

	ck_assert(!strncmp(text, objects_planned[_i].first_line, strlen(objects_planned[_i].first_line)));
	ck_assert_str_eq(rest, "  1  6.1-cloud         4.00 s last time\n"
	                       "  2  7.2-cloud         3.00 s last time\n"
	                       "  3  6.12-cloud        2.00 s last time\n"
	                       "  4  5.10-cloud        1.00 s last time\n");
}
END_TEST

START_TEST(times_of_measured_kernels_are_remembered)
{
	static const struct {
		const char *id;
		double ms;
		bool infra;
	} took[] = {{"5.10-cloud", 1500, false}, {"6.1-cloud", 9000, true}, {"7.2-cloud", 0, false}, {"new", 7, false}};
	cleanup_free char *path = scratch_path("times.txt");
	cleanup_buf struct buf text = {0};
	struct result *r = result_new();

	for (size_t i = 0; i < sizeof(took) / sizeof(*took); i++) {
		struct result_kernel *k = result_add_kernel(r);

		text_set(&k->id, took[i].id);
		k->timing.total_ms = took[i].ms;
		k->infra = took[i].infra;
	}
	run_plan_keep_times(r, scratch_root);
	result_free(r);
	ck_assert_int_eq(io_read_file(path, 4096, &text, NULL), 0);
	ck_assert_str_eq(buf_str(&text), "5.10-cloud 1500\n6.1-cloud 4000\n6.12-cloud 2000\n7.2-cloud 3000\nnew 7\n");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("run_plan", .open = setup, .close = scratch_teardown),
	        EACH(a_part_of_the_plan_is_left_in_the_list, parts),
	        TEST(a_part_without_a_kernel_is_refused),
	        TEST(skipped_kernels_are_not_planned),
	        RANGE(a_plan_is_told_in_its_order, 0, 2),
	        /* the last one: it changes the file of times */
	        TEST(times_of_measured_kernels_are_remembered),
	};

	return suite_run("run_plan", tests, COUNT(tests));
}
