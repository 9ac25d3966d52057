/* SPDX-License-Identifier: BSD-2-Clause */
/* facet, facet_text, facet_compare, facet_view: which objects are one, and what is said to differ in them. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_differences.h"
#include "host/report/report_markdown.h"
#include "host/report/report_table.h"
#include "host/result/facet_text.h"
#include "host/result/facet_view.h"
#include "tests/render.h"
#include "tests/suite.h"

/* ---- which are one ---- */

struct named {
	const char *name, *variant, *build, *libbpf;
};

static struct result_cell *add_cell(struct result *r, const char *kernel, const struct named *n)
{
	struct result_cell *c = result_add_cell(r);

	text_set(&c->kernel, kernel);
	text_set(&c->object, n->name);
	text_set(&c->variant, n->variant);
	text_set(&c->build, n->build);
	text_set(&c->libbpf, n->libbpf);
	c->verdict = VERDICT_PASS;
	c->evidence = EVIDENCE_TRUTH;
	c->as_expected = true;
	return c;
}

static struct result *make(const struct named *named, size_t count, const char *const *kernels, size_t kernel_count)
{
	struct result *r = result_new();

	r->complete = true;
	for (size_t i = 0; i < count; i++)
		text_set(&result_add_object(r)->name, named[i].name);
	for (size_t k = 0; k < kernel_count; k++)
		text_set(&result_add_kernel(r)->id, kernels[k]);
	for (size_t k = 0; k < kernel_count; k++)
		for (size_t i = 0; i < count; i++)
			add_cell(r, kernels[k], &named[i]);
	return r;
}

/* All that there can be, of one object. */
static const struct named all[] = {
        {"a@x@1.0", "", "x", "1.0"},    {"a@x@2.0", "", "x", "2.0"},    {"a@y@1.0", "", "y", "1.0"},
        {"a@y@2.0", "", "y", "2.0"},    {"a+v@x@1.0", "v", "x", "1.0"}, {"a+v@x@2.0", "v", "x", "2.0"},
        {"a+v@y@1.0", "v", "y", "1.0"}, {"a+v@y@2.0", "v", "y", "2.0"},
};

static const struct {
	enum facet facet;
	const char *families; /* "NAME: LABEL LABEL; …" */
} families_of_all[] = {
        {FACET_BUILD, "a@1.0: x y; a@2.0: x y; a+v@1.0: x y; a+v@2.0: x y; "},
        {FACET_LIBBPF, "a@x: 1.0 2.0; a@y: 1.0 2.0; a+v@x: 1.0 2.0; a+v@y: 1.0 2.0; "},
        {FACET_VARIANT, "a@x@1.0: plain v; a@x@2.0: plain v; a@y@1.0: plain v; a@y@2.0: plain v; "},
};

static char *families_text(const struct result *r, enum facet facet)
{
	cleanup_result_view struct result_view *v = result_view_new(r);
	cleanup_facet_families struct facet_families f;
	struct buf text = {0};

	facet_families_find(v, facet, &f);
	for (size_t i = 0; i < f.count; i++) {
		buf_printf(&text, "%s:", f.at[i].name);
		for (size_t k = 0; k < f.at[i].count; k++)
			buf_printf(&text, " %s", f.at[i].members[k].label);
		buf_puts(&text, "; ");
	}
	return text.len ? buf_steal(&text) : xstrdup("");
}

START_TEST(a_family_differs_in_one_facet)
{
	struct result *r = make(all, COUNT(all), (const char *const[]){"6.1-cloud"}, 1);
	cleanup_free char *text = families_text(r, families_of_all[_i].facet);

	ck_assert_str_eq(text, families_of_all[_i].families);
	result_free(r);
}
END_TEST

/* What merely is called so is no family: the cells tell. */
static const struct named odd[] = {
        {"a+v", "", "", ""}, {"a", "", "", ""}, {"a@1.0", "", "", ""}, {"b@x", "", "x", ""}, {"@x", "", "x", ""},
};

START_TEST(names_alone_are_no_family)
{
	struct result *r = make(odd, COUNT(odd), (const char *const[]){"6.1-cloud"}, 1);

	for (enum facet facet = 0; facet < FACET_COUNT; facet++) {
		cleanup_free char *text = families_text(r, facet);

		ck_assert_str_eq(text, "");
	}
	result_free(r);
}
END_TEST

/* ---- in words ---- */

static const struct {
	enum facet facet;
	const char *values[5]; /* of a, b, c, d, e; "-": not spoken of */
	const char *text;
} words[] = {
        {FACET_BUILD, {"p", "q"}, "p with a; q with b"},
        {FACET_BUILD, {"p", "q", "p"}, "p with a and c; q with b"},
        {FACET_BUILD, {"p", "p", "p", "q"}, "q with d; p with the others"},
        {FACET_BUILD, {"p", "p", "p", "q", "r"}, "q with d; r with e; p with the others"},
        {FACET_BUILD, {"p", "p", "q", "q"}, "p with a and b; q with c and d"},
        {FACET_BUILD, {"p", "p", "p", "q", "-"}, "p with a, b and c; q with d"},
        {FACET_BUILD, {"-", "p", "q"}, "p with b; q with c"},
        {FACET_LIBBPF, {"p", "q"}, "p until a, q from b on"},
        {FACET_LIBBPF, {"p", "q", "q", "p", "p"}, "p until a, q with b to c, p from d on"},
        {FACET_LIBBPF, {"p", "-", "p", "q"}, "p until c, q from d on"},
        {FACET_LIBBPF, {"-", "p", "q", "-", "p"}, "p until b, q with c, p from e on"},
};

START_TEST(who_has_which_is_told_in_words)
{
	struct facet_member members[] = {{0, "a"}, {1, "b"}, {2, "c"}, {3, "d"}, {4, "e"}};
	struct facet_family family = {.members = members};
	char *values[5] = {NULL};
	cleanup_buf struct buf text = {0};

	for (; family.count < 5 && words[_i].values[family.count]; family.count++)
		if (strcmp(words[_i].values[family.count], "-") != 0)
			values[family.count] = (char *)(uintptr_t)words[_i].values[family.count];
	ck_assert(facet_text_differs(values, family.count));
	facet_text_add(&text, words[_i].facet, &family, values);
	ck_assert_str_eq(buf_str(&text), words[_i].text);
}
END_TEST

/* ---- what differs ---- */

static const char *const kernels[] = {"6.1-cloud", "6.12-cloud"};
static const struct named two[] = {{"exec@clang-14", "", "clang-14", ""}, {"exec@clang-19", "", "clang-19", ""}};

static struct result_relocation *relocate(struct result_cell *c, const char *program, const char *spec,
                                          enum relo_outcome outcome, uint64_t target)
{
	struct result_relocation *x = result_add_relocation(c);

	text_set(&x->program, program);
	text_set(&x->kind, "byte_off");
	text_set(&x->spec, spec);
	x->number = (unsigned)c->relocation_count;
	x->outcome = outcome;
	x->has_target = true;
	x->target = target;
	return x;
}

static struct result_program *add_program(struct result_cell *c, const char *name, uint32_t insns)
{
	struct result_program *p = result_add_program(c);

	text_set(&p->name, name);
	p->autoload = p->loaded = p->attached = true;
	p->cost.verified_insns = insns;
	return p;
}

/* Two builds on two kernels, with a program and a relocation each. */
static struct result *make_builds(void)
{
	struct result *r = make(two, 2, kernels, 2);

	for (size_t i = 0; i < r->cell_count; i++) {
		add_program(&r->cells[i], "on_exec", 100);
		relocate(&r->cells[i], "on_exec", "struct task_struct.pid", RELO_MOVED, i < 2 ? 2000 : 2100);
	}
	return r;
}

static struct result_cell *cell(struct result *r, size_t kernel, size_t build)
{
	return &r->cells[2 * kernel + build];
}

/* All lines: "KERNELS: TEXT\n". */
static char *differences(const struct result *r)
{
	cleanup_result_view struct result_view *v = result_view_new(r);
	cleanup_facet_view struct facet_view view;
	struct buf text = {0};

	facet_view_make(v, FACET_BUILD, &view);
	ck_assert_uint_eq(view.objects, 1);
	ck_assert_uint_eq(view.alike, view.count ? 0 : 1);
	for (size_t i = 0; i < view.count; i++) {
		ck_assert_str_eq(view.at[i].object, "exec");
		buf_printf(&text, "%s: %s\n", view.at[i].kernels, view.at[i].text);
	}
	return text.len ? buf_steal(&text) : xstrdup("");
}

static void nothing_differs(struct result *r)
{
	(void)r;
}

static void one_relocation_and_the_cost(struct result *r)
{
	for (size_t k = 0; k < 2; k++) {
		relocate(cell(r, k, 1), "on_exec", "struct task_struct.exit_code", RELO_MOVED, 1800 + k);
		cell(r, k, 1)->programs[0].cost.verified_insns = k ? 1000 : 900;
	}
}

static void many_relocations_in_one_way(struct result *r)
{
	for (size_t k = 0; k < 2; k++) {
		relocate(cell(r, k, 0), "on_exec", "struct task_struct.a", RELO_MOVED, 8);
		relocate(cell(r, k, 0), "on_exec", "struct task_struct.b", RELO_SAME, 16);
		relocate(cell(r, k, 0), "on_exec", "struct task_struct.c", RELO_MOVED, 24);
		relocate(cell(r, k, 0), "on_exec", "struct task_struct.d", RELO_MOVED, 32);
		relocate(cell(r, k, 0), "on_exec", "struct task_struct.e", RELO_MOVED, 40);
	}
	relocate(cell(r, 1, 0), "on_exec", "struct task_struct.f", RELO_GUARDED, 0);
}

/* What the compiler doubled, and in another order. */
static void the_same_relocations_more_often(struct result *r)
{
	relocate(cell(r, 0, 1), "on_exec", "struct task_struct.pid", RELO_MOVED, 2000);
	relocate(cell(r, 0, 1), "on_exec", "struct task_struct.pid", RELO_MOVED, 2000);
}

static void another_state_among_the_same(struct result *r)
{
	relocate(cell(r, 0, 1), "on_exec", "struct task_struct.pid", RELO_GUARDED, 0)->has_target = false;
}

static void another_target(struct result *r)
{
	cell(r, 1, 0)->relocations[0].target = 2108;
}

/* Both read the same place. */
static void compiled_against_others(struct result *r)
{
	cell(r, 0, 0)->relocations[0].outcome = RELO_SAME;
}

static void left_in_a_function(struct result *r)
{
	text_set(&cell(r, 0, 1)->relocations[0].program, "helper");
	text_set(&cell(r, 1, 1)->relocations[0].program, "helper");
}

static void rejected_before_anything(struct result *r)
{
	struct result *spare = result_new();
	struct result_cell *c = cell(r, 0, 0), *taken = result_add_cell(spare);

	c->verdict = VERDICT_REJECTED;
	c->class = CLASS_OPEN;
	taken->relocations = c->relocations;
	taken->relocation_count = c->relocation_count;
	taken->programs = c->programs;
	taken->program_count = c->program_count;
	c->relocations = NULL;
	c->programs = NULL;
	c->relocation_count = c->program_count = 0;
	result_free(spare);
}

static void a_program_that_does_not_load(struct result *r)
{
	cell(r, 0, 1)->verdict = cell(r, 0, 0)->verdict = VERDICT_UNPROVEN;
	cell(r, 0, 1)->programs[0].loaded = cell(r, 0, 1)->programs[0].attached = false;
	cell(r, 0, 1)->programs[0].err = 22;
}

static void a_little_more(struct result *r)
{
	cell(r, 0, 1)->programs[0].cost.verified_insns = 125;
}

static void one_was_not_measured(struct result *r)
{
	cell(r, 0, 1)->verdict = VERDICT_INFRA;
	relocate(cell(r, 0, 0), "on_exec", "struct task_struct.exit_code", RELO_MOVED, 1800);
}

static const struct {
	void (*change)(struct result *r);
	const char *lines;
} cases[] = {
        {nothing_differs, ""},
        {one_relocation_and_the_cost,
         "all 2 kernels: relocation on_exec byte_off struct task_struct.exit_code: none with clang-14; resolved with clang-19\n"
         "all 2 kernels: on_exec verified_insns: 100 with clang-14; 900 to 1000 with clang-19\n"},
        {many_relocations_in_one_way,
         "all 2 kernels: relocation on_exec byte_off struct task_struct.a, struct task_struct.b, struct task_struct.c and 2 more: resolved with clang-14; none with clang-19\n"
         "6.12-cloud: relocation on_exec byte_off struct task_struct.f: guarded with clang-14; none with clang-19\n"},
        {the_same_relocations_more_often, ""},
        {another_state_among_the_same,
         "6.1-cloud: relocation on_exec byte_off struct task_struct.pid: resolved with clang-14; guarded and resolved with clang-19\n"},
        {another_target,
         "6.12-cloud: relocation on_exec byte_off struct task_struct.pid: moved 2108 with clang-14; moved 2100 with clang-19\n"},
        {compiled_against_others, ""},
        {left_in_a_function, ""},
        {rejected_before_anything, "6.1-cloud: rejected:open with clang-14; pass with clang-19\n"},
        {a_program_that_does_not_load, "6.1-cloud: program on_exec: attached with clang-14; failed with clang-19\n"},
        {a_little_more, ""},
        {one_was_not_measured, ""},
};

START_TEST(exactly_what_differs_is_told)
{
	struct result *r = make_builds();
	cleanup_free char *text = NULL;

	cases[_i].change(r);
	text = differences(r);
	ck_assert_str_eq(text, cases[_i].lines);
	result_free(r);
}
END_TEST

START_TEST(reports_have_a_block_for_it)
{
	struct result *r = make_builds();
	cleanup_free char *table = NULL, *markdown = NULL;

	one_relocation_and_the_cost(r);
	table = render(report_table, r);
	ck_assert_ptr_nonnull(
	        strstr(table, "\nbetween builds clang-14, clang-19:\n"
	                      "  exec on all 2 kernels: relocation on_exec byte_off struct task_struct.exit_code: "
	                      "none with clang-14; resolved with clang-19\n"
	                      "  exec on all 2 kernels: on_exec verified_insns: "));
	ck_assert_ptr_nonnull(strstr(table, "\n  0 of 1 object are the same under each\n"));
	markdown = render(report_markdown, r);
	ck_assert_ptr_nonnull(
	        strstr(markdown, "\n### Between builds clang-14, clang-19\n\n- **exec** on **all 2 kernels**: "));
	result_free(r);
}
END_TEST

START_TEST(a_page_has_it_as_a_table)
{
	struct result *r = make_builds();
	cleanup_free char *page = NULL;

	one_relocation_and_the_cost(r);
	page = render(report_differences, r);
	ck_assert_str_eq(
	        page,
	        "## Between builds clang-14, clang-19\n\n0 of 1 object are the same under each.\n\n"
	        "| object | on | what differs |\n|---|---|---|\n"
	        "| `exec` | all 2 kernels | relocation on_exec byte_off struct task_struct.exit_code: none with clang-14; "
	        "resolved with clang-19 |\n"
	        "| `exec` | all 2 kernels | on_exec verified_insns: 100 with clang-14; 900 to 1000 with clang-19 |\n");
	result_free(r);
}
END_TEST

static const struct named variants[] = {{"exec", "", "", ""}, {"exec+quiet", "quiet", "", ""}};

START_TEST(variants_are_told_beside_the_plain_one)
{
	struct result *r = make(variants, 2, kernels, 2);
	cleanup_free char *table = NULL;

	r->cells[1].verdict = r->cells[3].verdict = VERDICT_SILENT;
	table = render(report_table, r);
	ck_assert_ptr_nonnull(strstr(table, "\nbetween variants:\n"
	                                    "  exec on all 2 kernels: pass with plain; silent with quiet\n"
	                                    "  0 of 1 object are the same under each\n"));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_family_differs_in_one_facet, families_of_all),
	        TEST(names_alone_are_no_family),
	        EACH(who_has_which_is_told_in_words, words),
	        EACH(exactly_what_differs_is_told, cases),
	        TEST(reports_have_a_block_for_it),
	        TEST(a_page_has_it_as_a_table),
	        TEST(variants_are_told_beside_the_plain_one),
	};

	return suite_run("facets", tests, COUNT(tests));
}
