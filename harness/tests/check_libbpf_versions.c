/* SPDX-License-Identifier: BSD-2-Clause */
/* result_join and facet_view: runs under several versions of libbpf as one, and what is said to differ in them. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_markdown.h"
#include "host/report/report_table.h"
#include "host/result/facet_view.h"
#include "host/result/result_join.h"
#include "tests/render.h"
#include "tests/suite.h"

static const char *const kernels[] = {"6.1-cloud", "6.12-cloud", "7.3-cloud"};

static struct result_cell *add_cell(struct result *r, const char *kernel, const char *object, const char *libbpf)
{
	struct result_cell *c = result_add_cell(r);

	text_set(&c->kernel, kernel);
	text_set(&c->object, object);
	text_set(&c->libbpf, libbpf);
	c->verdict = VERDICT_PASS;
	c->evidence = EVIDENCE_TRUTH;
	c->as_expected = true;
	return c;
}

/* What the program of one version makes of `objects` on all kernels. */
static struct result *make_part(const char *libbpf, const char *const *objects, size_t count)
{
	struct result *r = result_new();

	r->complete = true;
	text_set(&r->host.libbpf, libbpf);
	for (size_t o = 0; o < count; o++) {
		cleanup_free char *name = xasprintf("%s@%s", objects[o], libbpf);

		text_set(&result_add_object(r)->name, name);
	}
	for (size_t k = 0; k < COUNT(kernels); k++) {
		struct result_attempt *a;

		text_set(&result_add_kernel(r)->id, kernels[k]);
		text_set(&r->kernels[k].directory, kernels[k]);
		a = result_add_attempt(&r->kernels[k]);
		text_set(&a->console, "console.log");
		for (size_t o = 0; o < count; o++)
			text_set(&add_cell(r, kernels[k], r->objects[o].name, libbpf)->log, "a.log");
	}
	return r;
}

static const char *const two[] = {"exec", "tcx"};

static struct result *join(struct result *const *parts, const char *const *directories, size_t count)
{
	struct result_part_of of[4];
	struct result *whole = result_new();

	for (size_t i = 0; i < count; i++)
		of[i] = (struct result_part_of){parts[i], directories[i]};
	result_join(whole, of, count);
	for (size_t i = 0; i < count; i++)
		result_free(parts[i]);
	return whole;
}

static struct result *join_versions(struct result *old, struct result *new)
{
	return join((struct result *const[]){old, new}, (const char *const[]){"1.1.2", "1.7.0"}, 2);
}

START_TEST(the_versions_of_an_object_stand_side_by_side)
{
	struct result *r = join_versions(make_part("1.1.2", two, 2), make_part("1.7.0", two, 2));
	static const char *const names[] = {"exec@1.1.2", "exec@1.7.0", "tcx@1.1.2", "tcx@1.7.0"};

	ck_assert_str_eq(r->host.libbpf, "1.1.2, 1.7.0");
	ck_assert(r->complete);
	ck_assert_uint_eq(r->object_count, 4);
	ck_assert_uint_eq(r->cell_count, 12);
	for (size_t i = 0; i < 12; i++) {
		ck_assert_str_eq(r->objects[i % 4].name, names[i % 4]);
		ck_assert_str_eq(r->cells[i].object, names[i % 4]);
		ck_assert_str_eq(r->cells[i].kernel, kernels[i / 4]);
		ck_assert_str_eq(r->cells[i].log, i % 2 ? "1.7.0/a.log" : "1.1.2/a.log");
	}
	result_free(r);
}
END_TEST

START_TEST(a_kernel_has_the_attempts_of_all)
{
	struct result *r = join_versions(make_part("1.1.2", two, 2), make_part("1.7.0", two, 2));

	ck_assert_uint_eq(r->kernel_count, 3);
	ck_assert_str_eq(r->kernels[1].directory, "1.1.2/6.12-cloud");
	ck_assert_uint_eq(r->kernels[1].attempt_count, 2);
	ck_assert_str_eq(r->kernels[1].attempts[0].console, "1.1.2/console.log");
	ck_assert_str_eq(r->kernels[1].attempts[1].console, "1.7.0/console.log");
	result_free(r);
}
END_TEST

/* Whose kernels could not be measured, as bits: that of the old version, that of the new. */
START_TEST(a_kernel_is_lost_when_it_was_lost_under_each)
{
	struct result *old = make_part("1.1.2", two, 1), *new = make_part("1.7.0", two, 1), *r;

	old->kernels[0].infra = _i & 1;
	new->kernels[0].infra = _i & 2;
	text_set(&old->kernels[0].reason, _i & 1 ? "panic" : "");
	text_set(&new->kernels[0].reason, _i & 2 ? "panic" : "");
	r = join_versions(old, new);
	ck_assert_int_eq(r->kernels[0].infra, _i == 3);
	ck_assert_str_eq(r->kernels[0].reason, _i == 3 ? "panic" : "");
	result_free(r);
}
END_TEST

START_TEST(what_is_skipped_or_foretold_is_taken_over)
{
	struct result *parts[] = {make_part("1.1.2", two, 1), make_part("1.7.0", two, 1)}, *r;

	for (size_t i = 0; i < 2; i++) {
		text_set(&result_add_skipped(parts[i])->kernel, "5.4");
		text_set(&result_add_forecast(parts[i])->kernel, "types");
	}
	parts[1]->complete = false;
	r = join_versions(parts[0], parts[1]);
	ck_assert_uint_eq(r->skipped_count, 1);
	ck_assert_uint_eq(r->forecast_count, 2);
	ck_assert(!r->complete);
	result_free(r);
}
END_TEST

/* ---- what differs ---- */

static const char *const versions[] = {"1.1.2", "1.4.6", "1.5.0", "1.7.0"};

/* One object by up to four versions; `verdicts` has a letter per version: pass, rejected, silent, infra. */
static struct result *make_versions(const char *verdicts)
{
	struct result *parts[COUNT(versions)];
	size_t count = strlen(verdicts);

	for (size_t i = 0; i < count; i++) {
		parts[i] = make_part(versions[i], two, 1);
		for (size_t k = 0; k < COUNT(kernels); k++) {
			struct result_cell *c = &parts[i]->cells[k];

			c->verdict = verdicts[i] == 'p'   ? VERDICT_PASS
			             : verdicts[i] == 'r' ? VERDICT_REJECTED
			             : verdicts[i] == 'i' ? VERDICT_INFRA
			                                  : VERDICT_SILENT;
			c->class = c->verdict == VERDICT_REJECTED ? CLASS_HELPER : CLASS_NONE;
		}
	}
	return join(parts, versions, count);
}

static const struct {
	const char *verdicts, *text; /* NULL: no difference */
} stretches[] = {
        {"pp", NULL},
        {"pppp", NULL},
        {"rp", "rejected:helper until 1.1.2, pass from 1.4.6 on"},
        {"rrpp", "rejected:helper until 1.4.6, pass from 1.5.0 on"},
        {"rspp", "rejected:helper until 1.1.2, silent with 1.4.6, pass from 1.5.0 on"},
        {"rssp", "rejected:helper until 1.1.2, silent with 1.4.6 to 1.5.0, pass from 1.7.0 on"},
        {"prp", "pass until 1.1.2, rejected:helper with 1.4.6, pass from 1.5.0 on"},
        /* what was not measured tells nothing */
        {"ip", NULL},
        {"rip", NULL},
};

START_TEST(differences_are_told_by_stretches_of_versions)
{
	struct result *r = make_versions(stretches[_i].verdicts);
	cleanup_result_view struct result_view *v = result_view_new(r);
	cleanup_facet_view struct facet_view view;

	facet_view_make(v, FACET_LIBBPF, &view);
	ck_assert_uint_eq(view.objects, 1);
	ck_assert_uint_eq(view.count, stretches[_i].text ? 1 : 0);
	ck_assert_uint_eq(view.alike, stretches[_i].text ? 0 : 1);
	if (stretches[_i].text) {
		ck_assert_str_eq(view.at[0].object, "exec");
		ck_assert_str_eq(view.at[0].kernels, "all 3 kernels");
		ck_assert_str_eq(view.at[0].text, stretches[_i].text);
	}
	result_view_free(steal_ptr(v));
	result_free(r);
}
END_TEST

START_TEST(kernels_that_differ_alike_are_told_once)
{
	struct result *old = make_part("1.1.2", two, 2), *r;
	cleanup_free char *table = NULL, *markdown = NULL;

	old->cells[3].verdict = old->cells[5].verdict = VERDICT_REJECTED; /* tcx on the later two */
	old->cells[3].class = old->cells[5].class = CLASS_PROG_TYPE;
	r = join_versions(old, make_part("1.7.0", two, 2));
	table = render(report_table, r);
	ck_assert_ptr_nonnull(strstr(table,
	                             "\nbetween libbpf 1.1.2, 1.7.0:\n"
	                             "  tcx on 6.12 and later: rejected:prog-type until 1.1.2, pass from 1.7.0 on\n"
	                             "  1 of 2 objects is the same under each\n"));
	markdown = render(report_markdown, r);
	ck_assert_ptr_nonnull(
	        strstr(markdown, "\n### Between libbpf 1.1.2, 1.7.0\n\n- **tcx** on **6.12 and later**: "));
	result_free(r);
}
END_TEST

START_TEST(programs_and_relocations_may_differ_where_verdicts_do_not)
{
	struct result *old = make_part("1.1.2", two, 1), *new = make_part("1.7.0", two, 1), *r;
	struct result_relocation *x = result_add_relocation(&old->cells[2]), *y = result_add_relocation(&new->cells[2]);
	cleanup_result_view struct result_view *v = NULL;
	cleanup_facet_view struct facet_view view;

	text_set(&x->program, "on_exec");
	text_set(&x->kind, "byte_off");
	text_set(&x->spec, "struct a.b");
	text_set(&y->program, "on_exec");
	text_set(&y->kind, "byte_off");
	text_set(&y->spec, "struct a.b");
	x->outcome = RELO_ERROR;
	y->outcome = RELO_SAME;
	/* how many values come is chance */
	result_add_truth(&old->cells[0])->ok = true;
	r = join_versions(old, new);
	v = result_view_new(r);
	facet_view_make(v, FACET_LIBBPF, &view);
	ck_assert_uint_eq(view.count, 1);
	ck_assert_str_eq(view.at[0].kernels, "7.3-cloud");
	ck_assert_str_eq(view.at[0].text,
	                 "relocation on_exec byte_off struct a.b: error until 1.1.2, resolved from 1.7.0 on");
	result_view_free(steal_ptr(v));
	result_free(r);
}
END_TEST

/* Objects whose own names look as if. */
START_TEST(an_object_without_versions_is_left_out)
{
	static const char *const odd[] = {"exec@1.1.2", "exec"};
	struct result *r = make_part("1.1.2", odd, 2);
	cleanup_free char *table = NULL;

	for (size_t i = 0; i < r->cell_count; i++)
		text_set(&r->cells[i].libbpf, "");
	table = render(report_table, r);
	ck_assert_ptr_null(strstr(table, "between libbpf"));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(the_versions_of_an_object_stand_side_by_side),
	        TEST(a_kernel_has_the_attempts_of_all),
	        RANGE(a_kernel_is_lost_when_it_was_lost_under_each, 0, 4),
	        TEST(what_is_skipped_or_foretold_is_taken_over),
	        EACH(differences_are_told_by_stretches_of_versions, stretches),
	        TEST(kernels_that_differ_alike_are_told_once),
	        TEST(programs_and_relocations_may_differ_where_verdicts_do_not),
	        TEST(an_object_without_versions_is_left_out),
	};

	return suite_run("libbpf_versions", tests, COUNT(tests));
}
