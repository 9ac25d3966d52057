/* SPDX-License-Identifier: BSD-2-Clause */
/* run_part: the parts of a matrix, cut by kernels and by objects. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/run/run_part.h"
#include "tests/scratch.h"
#include "tests/suite.h"

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
} cuts[] = {
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

/* Of a list with one object. */
static int take(struct kernel_list *list, struct kernel_list *types, unsigned part, unsigned parts, struct result *r,
                struct error *err)
{
	struct run_whole whole = {.list = list, .types = types, .objects = &(struct object_list){.count = 1}};

	return run_part_take(&whole, RESULT_CUT_KERNELS, part, parts, &r->part, err);
}

START_TEST(a_part_of_the_list_is_left)
{
	cleanup_kernel_list struct kernel_list types = {0}, list = read_text(MIXED, &types);
	struct result *r = result_new();
	cleanup_free char *ids = NULL;

	ck_assert_int_eq(take(&list, &types, cuts[_i].part, cuts[_i].parts, r, NULL), 0);
	ids = ids_of(&list);
	ck_assert_str_eq(ids, cuts[_i].ids);
	ck_assert_uint_eq(types.count, cuts[_i].types);
	ck_assert_uint_eq(r->part.k, cuts[_i].part);
	ck_assert_uint_eq(r->part.n, cuts[_i].parts);
	ck_assert_uint_eq(strlen(r->part.list_sha256), cuts[_i].parts ? 64 : 0);
	result_free(r);
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

		ck_assert_int_eq(take(&list, &types, 1, 2, r[i], NULL), 0);
	}
	ck_assert(!strcmp(r[0]->part.list_sha256, r[1]->part.list_sha256) == lists[_i].same);
	result_free(r[0]);
	result_free(r[1]);
}
END_TEST

START_TEST(a_part_without_a_kernel_is_refused)
{
	cleanup_kernel_list struct kernel_list types = {0}, list = read_text("5.10 cloud\n6.1 cloud\n", &types);
	cleanup_error struct error err = {0};
	struct result *r = result_new();

	ck_assert_int_lt(take(&list, &types, 3, 3, r, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_str_eq(err.text, "--part 3/3: the list has only 2 kernels");
	result_free(r);
}
END_TEST

/* ---- cut by objects ---- */

/* Called o1, o2, …; the second one has an ini. */
static struct object_list objects_new(size_t count)
{
	struct object_list list = {.at = xcalloc(count, sizeof(*list.at)), .count = count};

	for (size_t i = 0; i < count; i++) {
		list.at[i].name = xasprintf("o%zu", i + 1);
		list.at[i].sha256 = xasprintf("%zu%zu", i + 1, i + 1);
		list.at[i].ini_path = i == 1 ? scratch_file("o2.ini", "", 0) : scratch_path("none.ini");
	}
	return list;
}

static const struct {
	unsigned part, parts;
	const char *names;
} dealt[] = {
        {0, 0, "o1 o2 o3 o4 o5 "}, {1, 1, "o1 o2 o3 o4 o5 "}, {1, 2, "o1 o3 o5 "}, {2, 2, "o2 o4 "},
        {1, 3, "o1 o4 "},          {2, 3, "o2 o5 "},          {3, 3, "o3 "},       {5, 5, "o5 "},
};

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

START_TEST(objects_are_dealt_out_in_turn)
{
	cleanup_kernel_list struct kernel_list types = {0}, list = read_text(MIXED, &types);
	cleanup_object_list struct object_list objects = objects_new(5);
	struct run_whole whole = {&list, &types, &objects};
	struct result *r = result_new();
	cleanup_buf struct buf names = {0};

	ck_assert_int_eq(run_part_take(&whole, RESULT_CUT_OBJECTS, dealt[_i].part, dealt[_i].parts, &r->part, NULL), 0);
	for (size_t i = 0; i < objects.count; i++)
		buf_printf(&names, "%s ", objects.at[i].name);
	ck_assert_str_eq(buf_str(&names), dealt[_i].names);
	ck_assert_uint_eq(list.count, 6);
	ck_assert_uint_eq(types.count, 1);
	ck_assert_uint_eq(r->part.objects.count, dealt[_i].parts ? 5 : 0);
	if (dealt[_i].parts) {
		ck_assert_int_eq(r->part.cut, RESULT_CUT_OBJECTS);
		ck_assert_str_eq(r->part.objects.at[1], "o2 22 " EMPTY_SHA256);
		ck_assert_str_eq(r->part.objects.at[4], "o5 55 -");
	}
	result_free(r);
}
END_TEST

START_TEST(a_part_without_an_object_is_refused)
{
	cleanup_kernel_list struct kernel_list types = {0}, list = read_text(MIXED, &types);
	cleanup_object_list struct object_list objects = objects_new(1);
	struct run_whole whole = {&list, &types, &objects};
	cleanup_error struct error err = {0};
	struct result *r = result_new();

	ck_assert_int_lt(run_part_take(&whole, RESULT_CUT_OBJECTS, 2, 2, &r->part, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_str_eq(err.text, "--part 2/2 --cut objects: the matrix has only 1 object");
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("run_part", .open = scratch_setup, .close = scratch_teardown),
	        EACH(a_part_of_the_list_is_left, cuts),
	        EACH(parts_say_of_which_list_they_are, lists),
	        TEST(a_part_without_a_kernel_is_refused),
	        EACH(objects_are_dealt_out_in_turn, dealt),
	        TEST(a_part_without_an_object_is_refused),
	};

	return suite_run("run_part", tests, COUNT(tests));
}
