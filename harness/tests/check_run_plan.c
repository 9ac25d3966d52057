/* SPDX-License-Identifier: BSD-2-Clause */
/* run_plan: the text of a plan, and the times that are remembered. */
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

static const struct {
	size_t count;
	const char *first_line, *ends;
} objects_planned[] = {{1, "4 kernels, 1 object each: one\n", "4.3 s with 16, 4.3 s with 64\n"},
                       {2, "4 kernels, 2 objects each: one two\n", "2.3 s with 16, 2.3 s with 64\n"}};

START_TEST(a_plan_is_told_in_its_order)
{
	cleanup_kernel_list struct kernel_list list = read_list();
	struct object objects[] = {{.name = (char[]){"one"}}, {.name = (char[]){"two"}}};
	const struct object_list asked = {.at = objects, .count = objects_planned[_i].count};
	cleanup_free char *text = run_plan_text(&list, &asked, scratch_root, 2);
	const char *rest = strchr(text, '\n') + 1;

	ck_assert(!strncmp(text, objects_planned[_i].first_line, strlen(objects_planned[_i].first_line)));
	ck_assert_ptr_eq(strstr(rest, "  1  6.1-cloud         4.00 s last time\n"
	                              "  2  7.2-cloud         3.00 s last time\n"
	                              "  3  6.12-cloud        2.00 s last time\n"
	                              "  4  5.10-cloud        1.00 s last time\n"
	                              "expected to end after 5.6 s with 2 guests side by side, "),
	                 rest);
	ck_assert_str_eq(strstr(text, "by side, ") + 9, objects_planned[_i].ends);
}
END_TEST

static void add_attempt(struct result_kernel *k, const char *start, double ms)
{
	struct result_attempt *a = result_add_attempt(k);

	text_set(&a->start, start);
	a->total_ms = ms;
}

static void add_cell(struct result *r, const char *kernel, enum verdict verdict, double ms)
{
	struct result_cell *c = result_add_cell(r);

	text_set(&c->kernel, kernel);
	text_set(&c->object, "one");
	c->verdict = verdict;
	c->ms = ms;
}

START_TEST(times_of_measured_kernels_are_remembered)
{
	static const struct {
		const char *id;
		double ms, more_ms;
		bool infra;
	} took[] = {{"5.10-cloud", 1000, 2000, false},
	            {"6.1-cloud", 9000, 0, true},
	            {"7.2-cloud", 0, 0, false},
	            {"new", 14, 0, false}};
	cleanup_free char *path = scratch_path("times.txt");
	cleanup_buf struct buf text = {0};
	struct result *r = result_new();

	text_set(&result_add_object(r)->name, "one");
	for (size_t i = 0; i < sizeof(took) / sizeof(*took); i++) {
		struct result_kernel *k = result_add_kernel(r);

		text_set(&k->id, took[i].id);
		k->timing.total_ms = took[i].ms;
		k->infra = took[i].infra;
		add_attempt(k, RESULT_START_SAVE, 500);
		add_attempt(k, "resume", took[i].ms);
		add_attempt(k, "resume", took[i].more_ms);
	}
	add_cell(r, "5.10-cloud", VERDICT_PASS, 100);
	add_cell(r, "7.2-cloud", VERDICT_PASS, 300);
	add_cell(r, "new", VERDICT_INFRA, 7000);
	run_plan_keep_times(r, scratch_root, 2);
	result_free(r);
	ck_assert_int_eq(io_read_file(path, 4096, &text, NULL), 0);
	ck_assert_str_eq(buf_str(&text), "5.10-cloud 1500\n6.1-cloud 4000\n6.12-cloud 2000\n7.2-cloud 3000\nnew 7\n"
	                                 "object one 200\n");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("run_plan", .open = setup, .close = scratch_teardown),
	        RANGE(a_plan_is_told_in_its_order, 0, 2),
	        /* the last one: it changes the file of times */
	        TEST(times_of_measured_kernels_are_remembered),
	};

	return suite_run("run_plan", tests, COUNT(tests));
}
