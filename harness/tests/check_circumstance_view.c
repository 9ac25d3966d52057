/* SPDX-License-Identifier: BSD-2-Clause */
/* circumstance_view: what rows that ask for circumstances come to beside those of the same kernels without. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_markdown.h"
#include "host/report/report_table.h"
#include "host/result/circumstance_view.h"
#include "tests/render.h"
#include "tests/suite.h"

static const char *const objects[] = {"exec", "open", "exit"};

struct row {
	const char *id, *release, *circumstances[2];
	enum verdict verdicts[COUNT(objects)];
};

#define PASS VERDICT_PASS
#define SILENT VERDICT_SILENT
#define REJECTED VERDICT_REJECTED

static void add_row(struct result *r, const struct row *row)
{
	struct result_kernel *k = result_add_kernel(r);

	text_set(&k->id, row->id);
	text_set(&k->release, row->release);
	text_set(&k->arch, "x86_64");
	text_set(&k->image_sha256, row->release);
	for (size_t i = 0; i < 2 && row->circumstances[i]; i++)
		text_set(&result_add_circumstance(k)->asked, row->circumstances[i]);
	for (size_t o = 0; o < COUNT(objects); o++) {
		struct result_cell *c = result_add_cell(r);

		text_set(&c->kernel, row->id);
		text_set(&c->object, objects[o]);
		c->verdict = row->verdicts[o];
		c->class = c->verdict == VERDICT_REJECTED ? CLASS_LOCKDOWN : CLASS_NONE;
		c->as_expected = true;
	}
}

static struct result *make(const struct row *rows, size_t count)
{
	struct result *r = result_new();

	r->complete = true;
	for (size_t o = 0; o < COUNT(objects); o++)
		text_set(&result_add_object(r)->name, objects[o]);
	for (size_t i = 0; i < count && rows[i].id; i++)
		add_row(r, &rows[i]);
	return r;
}

static const struct {
	struct row rows[5];
	const char *text; /* "WORDS TEXT\n" of each group, its changes between braces */
} cases[] = {
        {{{"6.1", "6.1.0-56", {NULL}, {PASS, PASS, PASS}}}, ""},
        {{{"6.1", "6.1.0-56", {NULL}, {PASS, PASS, PASS}}, {"6.1+l", "6.1.0-56", {"lsm:none"}, {PASS, PASS, PASS}}},
         "lsm:none on 6.1: 3 of 3 cells as without\n"},
        {{{"6.1", "6.1.0-56", {NULL}, {PASS, PASS, SILENT}},
          {"6.1+l", "6.1.0-56", {"lockdown:integrity"}, {REJECTED, REJECTED, SILENT}}},
         "lockdown:integrity on 6.1: 1 of 3 cells as without {exec, open on 6.1: rejected:lockdown in place of pass}\n"},
        {{{"6.1", "6.1.0-56", {NULL}, {PASS, PASS, PASS}},
          {"6.1+l", "6.1.0-56", {"lsm:none", "jit:off"}, {PASS, SILENT, PASS}},
          {"6.12", "6.12.118", {NULL}, {PASS, PASS, SILENT}},
          {"6.12+l", "6.12.118", {"lsm:none", "jit:off"}, {REJECTED, SILENT, PASS}}},
         "lsm:none,jit:off on 6.1, 6.12: 2 of 6 cells as without {open on 6.1, 6.12: silent in place of pass; "
         "exec on 6.12: rejected:lockdown in place of pass; exit on 6.12: pass in place of silent}\n"},
        {{{"6.1", "6.1.0-56", {NULL}, {PASS, PASS, PASS}}, {"6.12+l", "6.12.118", {"jit:off"}, {PASS, PASS, PASS}}},
         "jit:off 6.12+l: compared with nothing, for no row of the kernel is without\n"},
        {{{"6.1", "6.1.0-56", {NULL}, {PASS, PASS, PASS}},
          {"6.1+a", "6.1.0-56", {"jit:off"}, {PASS, PASS, PASS}},
          {"6.1+b", "6.1.0-56", {"jit:on"}, {PASS, SILENT, PASS}},
          {"6.12+l", "6.12.118", {"jit:off"}, {PASS, PASS, PASS}}},
         "jit:off on 6.1: 3 of 3 cells as without; 6.12+l: compared with nothing, for no row of the kernel is without\n"
         "jit:on on 6.1: 2 of 3 cells as without {open on 6.1: silent in place of pass}\n"},
};

static char *text_of(const struct result *r)
{
	cleanup_result_view struct result_view *v = result_view_new(r);
	cleanup_circumstance_view struct circumstance_view view;
	struct buf text = {0};

	circumstance_view_make(v, &view);
	for (size_t i = 0; i < view.count; i++) {
		const struct circumstance_group *g = &view.groups[i];

		buf_printf(&text, "%s %s", g->words, g->text);
		for (size_t k = 0; k < g->changes.count; k++)
			buf_printf(&text, "%s%s", k ? "; " : " {", g->changes.at[k]);
		buf_puts(&text, g->changes.count ? "}\n" : "\n");
	}
	return text.len ? buf_steal(&text) : xstrdup("");
}

START_TEST(rows_are_held_against_those_without)
{
	struct result *r = make(cases[_i].rows, COUNT(cases[_i].rows));
	cleanup_free char *text = text_of(r);

	ck_assert_str_eq(text, cases[_i].text);
	result_free(r);
}
END_TEST

START_TEST(reports_have_a_block_for_it)
{
	struct result *r = make(cases[2].rows, COUNT(cases[2].rows));
	cleanup_free char *table = render(report_table, r), *markdown = render(report_markdown, r);

	ck_assert_ptr_nonnull(strstr(table, "\nin other circumstances:\n"
	                                    "  lockdown:integrity on 6.1: 1 of 3 cells as without\n"
	                                    "      exec, open on 6.1: rejected:lockdown in place of pass\n"));
	ck_assert_ptr_nonnull(
	        strstr(markdown, "\n### In other circumstances\n\n- **lockdown&#58;integrity** on 6.1: "));
	result_free(r);
}
END_TEST

START_TEST(a_run_without_any_says_nothing)
{
	struct result *r = make(cases[0].rows, COUNT(cases[0].rows));
	cleanup_free char *table = render(report_table, r), *markdown = render(report_markdown, r);

	ck_assert_ptr_null(strstr(table, "circumstances"));
	ck_assert_ptr_null(strstr(markdown, "ircumstances"));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(rows_are_held_against_those_without, cases),
	        TEST(reports_have_a_block_for_it),
	        TEST(a_run_without_any_says_nothing),
	};

	return suite_run("circumstance_view", tests, COUNT(tests));
}
