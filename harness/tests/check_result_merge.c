/* SPDX-License-Identifier: BSD-2-Clause */
/* result_merge: the parts of one matrix, and everything that only looks like them. */
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/result/result_merge.h"
#include "tests/suite.h"

#define PARTS 3

/* Part k of three: of a list of six rows, those with lines k and k + 3. */
static struct result *part_new(unsigned k)
{
	struct result *r = result_new();
	struct result_object *o = result_add_object(r);

	text_set(&o->name, "mine");
	text_set(&o->sha256, "11");
	text_set(&o->ini_sha256, "22");
	text_set(&r->host.corematrix, "1");
	text_set(&r->host.agent, "initramfs-1");
	text_set(&r->host.libbpf, "1.7.0");
	text_set(&r->host.qemu, k == 2 ? "QEMU 9" : "QEMU 7");
	text_set(&r->started, k == 2 ? "2026-01-01T00:00:00Z" : "2026-01-02T00:00:00Z");
	r->elapsed_s = k;
	r->complete = true;
	r->part.k = k;
	r->part.n = PARTS;
	text_set(&r->part.list_sha256, "33");
	strings_add(&r->unused_allowances, "mine: never (because)");
	if (k != 2)
		strings_add(&r->unused_allowances, "mine: once (because)");
	if (k == 3)
		strings_add(&r->unused_allowances, "row-3: of a row (because)");
	for (unsigned line = k + 3; line >= k && line; line -= 3) {
		struct result_kernel *kernel = result_add_kernel(r);
		struct result_cell *c = result_add_cell(r);

		kernel->line = line;
		free(kernel->id);
		kernel->id = xasprintf("row-%u", line);
		text_set(&c->kernel, kernel->id);
		text_set(&c->object, "mine");
		c->verdict = VERDICT_PASS;
		c->as_expected = true;
		if (line < 4)
			break;
	}
	return r;
}

static void parts_new(struct result_merged *parts)
{
	static const char *const names[PARTS] = {"third", "first", "second"};
	static const unsigned k[PARTS] = {3, 1, 2};

	for (size_t i = 0; i < PARTS; i++)
		parts[i] = (struct result_merged){.r = part_new(k[i]), .name = names[i]};
}

static void parts_free(struct result_merged *parts)
{
	for (size_t i = 0; i < PARTS; i++)
		result_free(parts[i].r);
}

START_TEST(parts_become_the_whole)
{
	struct result_merged parts[PARTS];
	struct result *whole = result_new();
	struct error err = {0};

	parts_new(parts);
	ck_assert_msg(!result_merge(whole, parts, PARTS, &err), "%s", err.text);
	ck_assert_uint_eq(whole->kernel_count, 6);
	ck_assert_uint_eq(whole->cell_count, 6);
	for (unsigned i = 0; i < 6; i++) {
		cleanup_free char *id = xasprintf("row-%u", i + 1);

		ck_assert_str_eq(whole->kernels[i].id, id);
		ck_assert_str_eq(whole->cells[i].kernel, id);
	}
	ck_assert_uint_eq(whole->object_count, 1);
	ck_assert(whole->complete);
	ck_assert_uint_eq(whole->part.n, 0);
	ck_assert_str_eq(whole->host.qemu, "QEMU 7, QEMU 9");
	ck_assert_str_eq(whole->host.libbpf, "1.7.0");
	ck_assert_str_eq(whole->started, "2026-01-01T00:00:00Z");
	ck_assert(whole->elapsed_s == 3);
	ck_assert_uint_eq(whole->unused_allowances.count, 2);
	ck_assert(strings_has(&whole->unused_allowances, "mine: never (because)"));
	ck_assert(strings_has(&whole->unused_allowances, "row-3: of a row (because)"));
	result_free(whole);
	parts_free(parts);
}
END_TEST

static void other_list(struct result *r)
{
	text_set(&r->part.list_sha256, "other");
}

static void other_count(struct result *r)
{
	r->part.n = 4;
}

static void same_part(struct result *r)
{
	r->part.k = 3;
}

static void no_part(struct result *r)
{
	r->part.k = r->part.n = 0;
}

static void stopped(struct result *r)
{
	r->complete = false;
}

static void other_corematrix(struct result *r)
{
	text_set(&r->host.corematrix, "2");
}

static void other_libbpf(struct result *r)
{
	text_set(&r->host.libbpf, "1.1.2");
}

static void other_agent(struct result *r)
{
	text_set(&r->host.agent, "initramfs-2");
}

static void other_name(struct result *r)
{
	text_set(&r->objects[0].name, "yours");
}

static void other_object(struct result *r)
{
	text_set(&r->objects[0].sha256, "12");
}

static void other_ini(struct result *r)
{
	text_set(&r->objects[0].ini_sha256, "");
}

static void more_objects(struct result *r)
{
	text_set(&result_add_object(r)->name, "yours");
}

static const struct {
	void (*change)(struct result *r); /* of the second part */
	const char *said;
} refused[] = {
        {other_list, "third and second are no parts of one matrix: the list of kernels is \"33\" in one"},
        {other_count, "third and second are no parts of one matrix: one is of 3 parts, the other of 4"},
        {same_part, "third and second are both part 3 of 3"},
        {no_part, "second is no part: it was not run with --part"},
        {stopped, "second (part 2 of 3) was stopped before its end"},
        {other_corematrix, "corematrix is \"1\" in one, \"2\" in the other"},
        {other_libbpf, "libbpf is \"1.7.0\" in one, \"1.1.2\" in the other"},
        {other_agent, "the agent is \"initramfs-1\" in one"},
        {other_name, "an object is \"mine\" in one, \"yours\" in the other"},
        {other_object, "mine is \"11\" in one, \"12\" in the other"},
        {other_ini, "the ini of mine is \"22\" in one, \"\" in the other"},
        {more_objects, "an object is \"\" in one, \"yours\" in the other"},
};

START_TEST(what_is_no_part_of_it_is_refused)
{
	struct result_merged parts[PARTS];
	struct result *whole = result_new();
	struct error err = {0};

	parts_new(parts);
	refused[_i].change(parts[2].r);
	ck_assert_int_ne(result_merge(whole, parts, PARTS, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, refused[_i].said) != NULL, "%s", err.text);
	ck_assert_uint_eq(whole->kernel_count, 0);
	ck_assert_uint_eq(parts[0].r->kernel_count, 2);
	error_clear(&err);
	result_free(whole);
	parts_free(parts);
}
END_TEST

START_TEST(missing_parts_are_named)
{
	struct result_merged parts[PARTS];
	struct result *whole = result_new();
	struct error err = {0};

	parts_new(parts);
	ck_assert_int_ne(result_merge(whole, parts, 1, &err), 0);
	ck_assert_str_eq(err.text, "of 3 parts these are missing: 1, 2");
	error_clear(&err);
	result_free(whole);
	parts_free(parts);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(parts_become_the_whole),
	        EACH(what_is_no_part_of_it_is_refused, refused),
	        TEST(missing_parts_are_named),
	};

	return suite_run("result_merge", tests, COUNT(tests));
}
