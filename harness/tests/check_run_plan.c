/* SPDX-License-Identifier: BSD-2-Clause */
/* run_plan: parts of a list, the text of a plan, and the times that are remembered. */
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

#define MIXED "5.10 cloud\n6.1 amd64\n6.1 cloud\n./old.btf\n6.12 amd64\n6.12 cloud\n7.2 rt\n"

/* In the list's order. Each flavour is dealt out by itself: amd64, then cloud, then rt. */
static const struct {
	unsigned part, parts;
	const char *ids;
	size_t types;
} parts[] = {
        {0, 0, "5.10-cloud 6.1-amd64 6.1-cloud 6.12-amd64 6.12-cloud 7.2-rt ", 1},
        {1, 1, "5.10-cloud 6.1-amd64 6.1-cloud 6.12-amd64 6.12-cloud 7.2-rt ", 1},
        {1, 2, "5.10-cloud 6.1-amd64 6.12-cloud ", 1},
        {2, 2, "6.1-cloud 6.12-amd64 7.2-rt ", 0},
        {1, 3, "6.1-amd64 6.1-cloud ", 1},
        {2, 3, "6.12-amd64 6.12-cloud ", 0},
        {3, 3, "5.10-cloud 7.2-rt ", 0},
        {6, 6, "7.2-rt ", 0},
};

static struct kernel_list read_text(const char *text, struct kernel_list *types)
{
	struct kernel_list list;

	ck_assert_int_eq(kernel_list_parse(text, strlen(text), "list", &list, NULL), 0);
	kernel_list_split(&list, types);
	return list;
}

START_TEST(a_part_of_the_list_is_left)
{
	cleanup_kernel_list struct kernel_list types = {0}, list = read_text(MIXED, &types);
	struct result *r = result_new();
	cleanup_free char *ids = NULL;

	ck_assert_int_eq(run_plan_take_part(&list, &types, parts[_i].part, parts[_i].parts, &r->part, NULL), 0);
	ids = ids_of(&list);
	ck_assert_str_eq(ids, parts[_i].ids);
	ck_assert_uint_eq(types.count, parts[_i].types);
	ck_assert_uint_eq(r->part.k, parts[_i].part);
	ck_assert_uint_eq(r->part.n, parts[_i].parts);
	ck_assert_uint_eq(strlen(r->part.list_sha256), parts[_i].parts ? 64 : 0);
	result_free(r);
}
END_TEST

/* What two machines measured before has no say: together they run every row, and none twice. */
START_TEST(parts_of_machines_that_remember_other_times_cover_the_list)
{
	static const char list_text[] = "6.1 amd64\n6.1 cloud\n6.12 amd64\n6.12 cloud\n";
	static const char *const times[] = {"6.1-amd64 10000\n6.12-amd64 20000\n",
	                                    "6.1-cloud 15000\n6.12-cloud 5000\n"};
	cleanup_buf struct buf all = {0};

	for (unsigned machine = 0; machine < 2; machine++) {
		cleanup_kernel_list struct kernel_list types = {0}, list = read_text(list_text, &types);
		cleanup_free char *file = scratch_file("times.txt", times[machine], strlen(times[machine]));
		cleanup_free char *ids = NULL;
		struct result *r = result_new();

		ck_assert_int_eq(run_plan_take_part(&list, &types, machine + 1, 2, &r->part, NULL), 0);
		ids = ids_of(&list);
		buf_puts(&all, ids);
		result_free(r);
	}
	ck_assert_str_eq(buf_str(&all), "6.1-amd64 6.1-cloud 6.12-amd64 6.12-cloud ");
	free(scratch_file("times.txt", TIMES, sizeof(TIMES) - 1));
}
END_TEST

/* Comments, blanks and how a row is quoted make no other list; what a row asks for does. */
static const struct {
	const char *text;
	bool same;
} lists[] = {
        {"5.10 cloud\n6.1 cloud\n", true},           {"# a comment\n5.10   cloud\n\n6.1 \"cloud\"\n", true},
        {"6.1 cloud\n5.10 cloud\n", false},          {"5.10 cloud memory=512\n6.1 cloud\n", false},
        {"5.10 cloud\n6.1 cloud\n./x.btf\n", false},
};

START_TEST(parts_say_of_which_list_they_are)
{
	struct result *r[2] = {result_new(), result_new()};
	const char *const text[2] = {lists[0].text, lists[_i].text};

	for (int i = 0; i < 2; i++) {
		cleanup_kernel_list struct kernel_list types = {0}, list = read_text(text[i], &types);

		ck_assert_int_eq(run_plan_take_part(&list, &types, 1, 2, &r[i]->part, NULL), 0);
	}
	ck_assert(!strcmp(r[0]->part.list_sha256, r[1]->part.list_sha256) == lists[_i].same);
	result_free(r[0]);
	result_free(r[1]);
}
END_TEST

START_TEST(a_part_without_a_kernel_is_refused)
{
	cleanup_kernel_list struct kernel_list types = {0}, list = read_text(LIST, &types);
	cleanup_error struct error err = {0};
	struct result *r = result_new();

	ck_assert_int_lt(run_plan_take_part(&list, &types, 5, 5, &r->part, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_str_eq(err.text, "--part 5/5: the list has only 4 kernels");
	result_free(r);
}
END_TEST

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
	        EACH(a_part_of_the_list_is_left, parts),
	        TEST(parts_of_machines_that_remember_other_times_cover_the_list),
	        EACH(parts_say_of_which_list_they_are, lists),
	        TEST(a_part_without_a_kernel_is_refused),
	        RANGE(a_plan_is_told_in_its_order, 0, 2),
	        /* the last one: it changes the file of times */
	        TEST(times_of_measured_kernels_are_remembered),
	};

	return suite_run("run_plan", tests, COUNT(tests));
}
