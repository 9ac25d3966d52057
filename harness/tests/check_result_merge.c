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

static void other_cut(struct result *r)
{
	r->part.cut = RESULT_CUT_OBJECTS;
}

static const struct {
	void (*change)(struct result *r); /* of the second part */
	const char *said;
} refused[] = {
        {other_list, "third and second are no parts of one matrix: the list of kernels is \"33\" in one"},
        {other_count, "third and second are no parts of one matrix: one is of 3 parts, the other of 4"},
        {other_cut, "third and second are no parts of one matrix: one is cut by kernels, the other by objects"},
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

/* ---- cut by objects ---- */

#define OBJECTS 5

static void add_forecast(struct result *r, const char *kernel, const char *object)
{
	struct result_forecast *f = result_add_forecast(r);

	text_set(&f->kernel, kernel);
	text_set(&f->object, object);
}

static void add_object(struct result *r, unsigned number, const char *libbpf)
{
	cleanup_free char *name = xasprintf("o%u%s", number, libbpf), *hash = xasprintf("%u%u", number, number);
	struct result_object *o = result_add_object(r);

	text_set(&o->name, name);
	text_set(&o->sha256, hash);
	for (unsigned k = 0; k < 2; k++) {
		struct result_cell *c = result_add_cell(r);

		text_set(&c->kernel, r->kernels[k].id);
		text_set(&c->object, name);
		text_set(&c->log, "row/object.log");
		c->verdict = VERDICT_PASS;
		c->as_expected = true;
	}
	add_forecast(r, "types-2", name);
	add_forecast(r, "types-1", name);
}

/* Part k of three: of five objects, k and k + 3, on two kernels; under two versions of libbpf when `twice`. */
static struct result *dealt_new(unsigned k, bool twice)
{
	struct result *r = result_new();

	r->complete = true;
	r->part.k = k;
	r->part.n = PARTS;
	r->part.cut = RESULT_CUT_OBJECTS;
	for (unsigned i = 1; i <= OBJECTS; i++)
		strings_addf(&r->part.objects, "o%u %u%u -", i, i, i);
	for (unsigned i = 0; i < 2; i++) {
		struct result_kernel *kernel = result_add_kernel(r);
		struct result_attempt *a = result_add_attempt(kernel);

		text_set(&kernel->id, i ? "row-2" : "row-1");
		text_set(&kernel->image_sha256, i ? "2222" : "1111");
		text_set(&kernel->directory, kernel->id);
		text_set(&a->console, "row/console.log");
		kernel->line = i + 1;
		kernel->infra = i || k == 2;
		text_set(&kernel->reason, kernel->infra ? "lost" : "");
	}
	for (unsigned i = k; i <= OBJECTS; i += PARTS) {
		add_object(r, i, twice ? "@1.1" : "");
		if (twice)
			add_object(r, i, "@1.7");
	}
	/* of a row, and of an object that is another's, too, when it has its name */
	strings_add(&r->unused_allowances, "row-1: never (because)");
	if (k != 2)
		strings_add(&r->unused_allowances, "row-2: once (because)");
	if (k == 3)
		strings_add(&r->unused_allowances, twice ? "o3@1.1: mine (because)" : "o3: mine (because)");
	return r;
}

static void dealt_parts_new(struct result_merged *parts, bool twice)
{
	static const char *const names[PARTS] = {"third", "first", "second"};
	static const unsigned k[PARTS] = {3, 1, 2};

	for (size_t i = 0; i < PARTS; i++)
		parts[i] = (struct result_merged){.r = dealt_new(k[i], twice), .name = names[i]};
}

static char *object_names(const struct result *r)
{
	struct buf names = {0};

	for (size_t i = 0; i < r->object_count; i++)
		buf_printf(&names, "%s ", r->objects[i].name);
	return buf_steal(&names);
}

START_TEST(objects_come_back_in_their_order)
{
	static const char *const wanted[] = {"o1 o2 o3 o4 o5 ",
	                                     "o1@1.1 o1@1.7 o2@1.1 o2@1.7 o3@1.1 o3@1.7 o4@1.1 o4@1.7 o5@1.1 o5@1.7 "};
	struct result_merged parts[PARTS];
	struct result *whole = result_new();
	cleanup_error struct error err = {0};
	cleanup_free char *names = NULL;
	size_t objects = _i ? 2 * OBJECTS : OBJECTS;

	dealt_parts_new(parts, _i);
	ck_assert_msg(!result_merge(whole, parts, PARTS, &err), "%s", err.text);
	names = object_names(whole);
	ck_assert_str_eq(names, wanted[_i]);
	ck_assert_uint_eq(whole->cell_count, 2 * objects);
	ck_assert_uint_eq(whole->forecast_count, 2 * objects);
	for (size_t i = 0; i < 2 * objects; i++) {
		ck_assert_str_eq(whole->cells[i].kernel, i < objects ? "row-1" : "row-2");
		ck_assert_str_eq(whole->cells[i].object, whole->objects[i % objects].name);
		ck_assert_str_eq(whole->forecasts[i].kernel, i < objects ? "types-2" : "types-1");
		ck_assert_str_eq(whole->forecasts[i].object, whole->objects[i % objects].name);
	}
	ck_assert(whole->complete);
	ck_assert_uint_eq(whole->part.n, 0);
	result_free(whole);
	parts_free(parts);
}
END_TEST

START_TEST(each_part_has_run_each_kernel)
{
	struct result_merged parts[PARTS];
	struct result *whole = result_new();
	cleanup_error struct error err = {0};

	dealt_parts_new(parts, false);
	ck_assert_msg(!result_merge(whole, parts, PARTS, &err), "%s", err.text);
	ck_assert_uint_eq(whole->kernel_count, 2);
	for (size_t k = 0; k < 2; k++) {
		ck_assert_uint_eq(whole->kernels[k].attempt_count, PARTS);
		ck_assert_str_eq(whole->kernels[k].attempts[0].console, "part-1/row/console.log");
		ck_assert_str_eq(whole->kernels[k].attempts[2].console, "part-3/row/console.log");
	}
	ck_assert_str_eq(whole->cells[1].log, "part-2/row/object.log");
	/* lost in one part only; in all */
	ck_assert(!whole->kernels[0].infra && whole->kernels[1].infra);
	ck_assert_uint_eq(whole->unused_allowances.count, 2);
	ck_assert(strings_has(&whole->unused_allowances, "row-1: never (because)"));
	ck_assert(strings_has(&whole->unused_allowances, "o3: mine (because)"));
	result_free(whole);
	parts_free(parts);
}
END_TEST

static void dealt_other_object(struct result *r)
{
	free(r->part.objects.at[3]);
	r->part.objects.at[3] = xstrdup("o4 44 55");
}

static void dealt_more_objects(struct result *r)
{
	strings_add(&r->part.objects, "o6 66 -");
}

static void not_its_own(struct result *r)
{
	text_set(&r->objects[1].sha256, "44");
}

static void one_too_many(struct result *r)
{
	add_object(r, 5, "");
}

static void other_release(struct result *r)
{
	text_set(&r->kernels[1].image_sha256, "3333");
}

static void kernel_left_out(struct result *r)
{
	r->kernels[1].line = 0;
	text_set(&r->kernels[1].id, "row-9");
}

static const struct {
	void (*change)(struct result *r); /* of the second part */
	const char *said;
} dealt_refused[] = {
        {dealt_other_object,
         "third and second are no parts of one matrix: an object is \"o4 44 -\" in one, \"o4 44 55\""},
        {dealt_more_objects, "an object is \"\" in one, \"o6 66 -\" in the other"},
        {not_its_own, "second (part 2 of 3) does not have the objects of that part"},
        {one_too_many, "second (part 2 of 3) does not have the objects of that part"},
        {other_release, "third and second are no parts of one matrix: row-2 is \"2222\" in one, \"3333\" in the other"},
        {kernel_left_out, "row-2 was left out of second"},
        {same_part, "third and second are both part 3 of 3"},
};

START_TEST(what_was_not_dealt_out_of_it_is_refused)
{
	struct result_merged parts[PARTS];
	struct result *whole = result_new();
	cleanup_error struct error err = {0};

	dealt_parts_new(parts, false);
	dealt_refused[_i].change(parts[2].r);
	ck_assert_int_ne(result_merge(whole, parts, PARTS, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, dealt_refused[_i].said) != NULL, "%s", err.text);
	ck_assert_uint_eq(whole->kernel_count, 0);
	result_free(whole);
	parts_free(parts);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(parts_become_the_whole),        EACH(what_is_no_part_of_it_is_refused, refused),
	        TEST(missing_parts_are_named),       RANGE(objects_come_back_in_their_order, 0, 2),
	        TEST(each_part_has_run_each_kernel), EACH(what_was_not_dealt_out_of_it_is_refused, dealt_refused),
	};

	return suite_run("result_merge", tests, COUNT(tests));
}
