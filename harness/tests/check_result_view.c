/* SPDX-License-Identifier: BSD-2-Clause */
/* result_view, cell_view and the list of reports: what a cell is, what is told once, and that every report shows it. */
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"
#include "host/report/report_junit.h"
#include "host/report/report_markdown.h"
#include "host/report/report_table.h"
#include "host/result/result_json.h"
#include "tests/render.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- a cell ---- */

static const struct {
	enum verdict verdict;
	enum reject_class class;
	bool as_expected;
	enum cell_state state;
	char mark;
	const char *brief, *title, *verdict_text, *outcome;
} faces[] = {
        {VERDICT_PASS, CLASS_NONE, true, CELL_PASS, ' ', "pass", "pass", "pass", "pass"},
        {VERDICT_PASS, CLASS_NONE, false, CELL_UNEXPECTED, '!', "pass", "pass", "pass", "pass"},
        {VERDICT_DEGRADED, CLASS_NONE, true, CELL_LESS, '=', "degraded", "degraded", "degraded", "degraded"},
        {VERDICT_DEGRADED, CLASS_NONE, false, CELL_UNEXPECTED, '!', "degraded", "degraded", "degraded", "degraded"},
        {VERDICT_UNPROVEN, CLASS_NONE, true, CELL_LESS, '=', "unproven", "unproven (ran)", "unproven (ran)",
         "unproven (ran)"},
        {VERDICT_REJECTED, CLASS_HELPER, true, CELL_FAILURE, '=', "rejected", "rejected (helper)", "rejected:helper",
         "rejected:helper"},
        {VERDICT_REJECTED, CLASS_HELPER, false, CELL_UNEXPECTED, '!', "rejected", "rejected (helper)",
         "rejected:helper", "rejected:helper"},
        {VERDICT_SILENT, CLASS_NONE, true, CELL_FAILURE, '=', "silent", "silent", "silent", "silent"},
        {VERDICT_WRONG, CLASS_NONE, true, CELL_FAILURE, '=', "wrong", "wrong", "wrong", "wrong: pid, comm"},
        {VERDICT_INFRA, CLASS_NONE, false, CELL_UNMEASURED, '!', "infra", "infra", "infra", "not measured"},
        /* whatever anybody expected of it */
        {VERDICT_INFRA, CLASS_NONE, true, CELL_UNMEASURED, '!', "infra", "infra", "infra", "not measured"},
};

static void add_truth(struct result_cell *c, const char *field, bool ok)
{
	struct result_truth *t = result_add_truth(c);

	text_set(&t->field, field);
	t->ok = ok;
}

START_TEST(a_cell_has_one_face)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);
	struct cell_view v;

	c->verdict = faces[_i].verdict;
	c->class = faces[_i].class;
	c->evidence = EVIDENCE_RAN;
	c->as_expected = faces[_i].as_expected;
	add_truth(c, "pid", false);
	add_truth(c, "uid", true);
	add_truth(c, "comm", false);
	add_truth(c, "pid", false);
	cell_view_make(c, 3, 4, &v);
	ck_assert_ptr_eq(v.cell, c);
	ck_assert_uint_eq(v.kernel, 3);
	ck_assert_uint_eq(v.object, 4);
	ck_assert_int_eq(v.state, faces[_i].state);
	ck_assert_int_eq(v.mark, faces[_i].mark);
	ck_assert_str_eq(v.brief, faces[_i].brief);
	ck_assert_str_eq(v.title, faces[_i].title);
	ck_assert_str_eq(v.verdict, faces[_i].verdict_text);
	ck_assert_str_eq(v.outcome, faces[_i].outcome);
	cell_view_free(&v);
	result_free(r);
}
END_TEST

START_TEST(a_cell_that_was_not_run_is_not_measured)
{
	struct cell_view v;

	cell_view_make(NULL, 0, 0, &v);
	ck_assert_int_eq(v.state, CELL_UNMEASURED);
	ck_assert_int_eq(v.mark, '!');
	ck_assert_str_eq(v.title, "not run");
	ck_assert_str_eq(v.outcome, "not measured");
	cell_view_free(&v);
}
END_TEST

/* ---- causes ---- */

static const struct {
	const char *a, *b;
	bool same;
} sentences[] = {
        {"", "", true},
        {"", "x", false},
        {"7 events were lost", "12 events were lost", true},
        {"7 events were lost", "7 events were found", false},
        {"pid is \"813\", but the truth is \"812\"", "pid is \"1\", but the truth is \"2\"", true},
        {"comm is \"\"", "comm is \"\\x80 d\"", true},
        {"pid is \"1\"", "tgid is \"1\"", false},
        {"128 != 768", "768 != 128", true},
        {"at 0x1f4 here", "at 0xffff here", true},
        {"no hello within 15 s", "no hello within 15.5 s", true},
        /* a number in a name is the name */
        {"invalid func unknown#181", "invalid func unknown#195", false},
        {"R0 invalid mem access", "R2 invalid mem access", false},
        {"tcp4: no event", "tcp6: no event", false},
        {"'sock1'", "'sock2'", false},
        {"struct a.b", "struct a.c", false},
        {"an end", "an end and more", false},
        {"an open \"quote", "an open \"end", true},
        {"a word", "a \"word\"", false},
};

START_TEST(sentences_differ_in_more_than_values)
{
	ck_assert_int_eq(cell_view_same_words(sentences[_i].a, sentences[_i].b), sentences[_i].same);
	ck_assert_int_eq(cell_view_same_words(sentences[_i].b, sentences[_i].a), sentences[_i].same);
}
END_TEST

static struct result *make(size_t kernels, size_t objects)
{
	struct result *r = result_new();

	r->complete = true;
	for (size_t o = 0; o < objects; o++) {
		cleanup_free char *name = xasprintf("object_%zu", o);

		text_set(&result_add_object(r)->name, name);
	}
	for (size_t k = 0; k < kernels; k++) {
		cleanup_free char *id = xasprintf("6.%zu-cloud", k);

		text_set(&result_add_kernel(r)->id, id);
		for (size_t o = 0; o < objects; o++) {
			struct result_cell *c = result_add_cell(r);

			text_set(&c->kernel, id);
			text_set(&c->object, r->objects[o].name);
			text_set(&c->reason, "the same");
			text_set(&c->advice, "this");
			text_set(&c->expected, "pass");
		}
	}
	return r;
}

static void check_causes(const struct result *r, enum cause_topic topic, const char *const *kernels, size_t count)
{
	cleanup_result_view struct result_view *v = result_view_new(r);

	ck_assert_uint_eq(v->cause_count, count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(v->causes[i].topic, topic);
		ck_assert_str_eq(v->causes[i].kernels, kernels[i]);
	}
}

START_TEST(what_is_the_same_on_all_kernels_is_one_cause)
{
	struct result *r = make(4, 2);

	check_causes(r, CAUSE_UNEXPECTED, (const char *const[]){"all 4 kernels", "all 4 kernels"}, 2);
	result_free(r);
}
END_TEST

/* What makes the cell of the first kernel another cause than that of the others. */
static void other_verdict(struct result_cell *c)
{
	c->verdict = VERDICT_SILENT;
}
static void other_class(struct result_cell *c)
{
	c->class = CLASS_KFUNC;
}
static void other_reason(struct result_cell *c)
{
	text_set(&c->reason, "another");
}
static void other_advice(struct result_cell *c)
{
	text_set(&c->advice, "that");
}
static void other_expectation(struct result_cell *c)
{
	text_set(&c->expected, "degraded");
}
static void other_fields(struct result_cell *c)
{
	add_truth(c, "pid", false);
}

static const struct {
	enum verdict verdict;
	void (*change)(struct result_cell *c);
} differences[] = {
        {VERDICT_REJECTED, other_verdict}, {VERDICT_REJECTED, other_class},       {VERDICT_REJECTED, other_reason},
        {VERDICT_REJECTED, other_advice},  {VERDICT_REJECTED, other_expectation}, {VERDICT_WRONG, other_fields},
};

START_TEST(what_differs_is_another_cause)
{
	struct result *r = make(3, 1);

	for (size_t i = 0; i < 3; i++) {
		r->cells[i].verdict = differences[_i].verdict;
		r->cells[i].class = differences[_i].verdict == VERDICT_REJECTED ? CLASS_HELPER : CLASS_NONE;
	}
	differences[_i].change(&r->cells[0]);
	check_causes(r, CAUSE_UNEXPECTED, (const char *const[]){"6.0-cloud", "6.1 and later"}, 2);
	result_free(r);
}
END_TEST

START_TEST(notes_that_differ_in_a_count_are_one)
{
	struct result *r = make(2, 1);

	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *reason = xasprintf("%zu events were lost", i + 7);

		r->cells[i].as_expected = true;
		text_set(&r->cells[i].reason, reason);
	}
	check_causes(r, CAUSE_NOTE, (const char *const[]){"all 2 kernels"}, 1);
	result_free(r);
}
END_TEST

START_TEST(a_kernel_that_is_infra_speaks_for_its_cells)
{
	struct result *r = make(3, 2);

	for (size_t k = 0; k < 2; k++) {
		r->kernels[k].infra = true;
		text_set(&r->kernels[k].reason, "no hello");
	}
	for (size_t i = 0; i < r->cell_count; i++)
		r->cells[i].verdict = VERDICT_INFRA;
	check_causes(r, CAUSE_UNMEASURED, (const char *const[]){"6.0-cloud, 6.1-cloud", "6.2-cloud", "6.2-cloud"}, 3);
	result_free(r);
}
END_TEST

START_TEST(a_forecast_is_told_once_with_its_kernels)
{
	static const char *const forecasts[][3] = {
	        {"5.4", "a", "loads"}, {"5.4", "b", "rejected"}, {"5.15", "a", "loads"}, {"5.15", "b", "loads"}};
	struct result *r = result_new();
	cleanup_result_view struct result_view *v = NULL;

	for (size_t i = 0; i < COUNT(forecasts); i++) {
		struct result_forecast *f = result_add_forecast(r);

		text_set(&f->kernel, forecasts[i][0]);
		text_set(&f->object, forecasts[i][1]);
		text_set(&f->predicted, forecasts[i][2]);
	}
	v = result_view_new(r);
	ck_assert_uint_eq(v->forecast_count, 3);
	ck_assert_str_eq(v->forecasts[0].kernels, "5.4, 5.15");
	ck_assert_str_eq(v->forecasts[1].kernels, "5.4");
	result_view_free(steal_ptr(v));
	result_free(r);
}
END_TEST

/* Cells in no order, one of them twice, and one of a kernel that is none of the run's. */
START_TEST(cells_are_found_wherever_they_stand)
{
	struct result *r = make(3, 3);
	struct result_cell swapped = r->cells[0];
	cleanup_result_view struct result_view *v = NULL;
	struct result_cell *twice;

	r->cells[0] = r->cells[7];
	r->cells[7] = swapped;
	text_set(&r->cells[4].kernel, "gone");
	twice = result_add_cell(r);
	text_set(&twice->kernel, r->kernels[0].id);
	text_set(&twice->object, r->objects[1].name);
	v = result_view_new(r);
	for (size_t k = 0; k < 3; k++)
		for (size_t o = 0; o < 3; o++)
			ck_assert_ptr_eq(result_view_cell(v, k, o)->cell,
			                 result_find_cell(r, r->kernels[k].id, r->objects[o].name));
	ck_assert_ptr_null(result_view_cell(v, 1, 1)->cell);
	result_view_free(steal_ptr(v));
	result_free(r);
}
END_TEST

/* ---- the reports ---- */

START_TEST(every_report_shows_any_result)
{
	cleanup_error struct error err = {0};
	struct result *golden = NULL, *empty = result_new();

	ck_assert_msg(!result_json_read("harness/tests/golden/run.json", &golden, &err), "%s", err.text);
	for (const struct report *report = report_list; report->render; report++) {
		cleanup_free char *full = render(report->render, golden), *none = render(report->render, empty);

		ck_assert_str_ne(full, "");
		ck_assert_str_ne(full, none);
		ck_assert_msg(!strchr(full, '\033'), "%s", full);
	}
	result_free(golden);
	result_free(empty);
}
END_TEST

/* Whatever its verdict; once for kernels that share it. */
START_TEST(every_verdict_report_tells_what_was_never_driven)
{
	static report_renderer *const tell[] = {report_table, report_junit, report_markdown};
	struct result *r = make(2, 1);

	for (size_t i = 0; i < r->cell_count; i++) {
		for (size_t k = 0; k < 3; k++)
			text_set(&result_add_program(&r->cells[i])->never_driven, k < 2 ? "vfs_create" : "block/x");
		r->cells[i].verdict = i ? VERDICT_SILENT : VERDICT_DEGRADED;
		r->cells[i].as_expected = true;
	}
	for (size_t i = 0; i < COUNT(tell); i++) {
		cleanup_free char *text = render(tell[i], r);

		ck_assert_msg(strcasestr(text, "never driven") != NULL, "%s", text);
		ck_assert_msg(strstr(text, "vfs\\_create, block/x") || strstr(text, "vfs_create, block/x"), "%s", text);
	}
	result_free(r);
}
END_TEST

START_TEST(hooks_of_all_kernels_are_told_once)
{
	struct result *r = make(3, 1);
	struct result_view *v;
	size_t told = 0;

	for (size_t i = 0; i < 2; i++)
		text_set(&result_add_program(&r->cells[i])->never_driven, "vfs_create");
	v = result_view_new(r);
	for (size_t i = 0; i < v->cause_count; i++) {
		if (v->causes[i].topic != CAUSE_NEVER_DRIVEN)
			continue;
		told++;
		ck_assert_uint_eq(v->causes[i].kernel_count, 2);
		ck_assert_str_eq(v->causes[i].reason, "vfs_create");
	}
	ck_assert_uint_eq(told, 1);
	result_view_free(v);
	result_free(r);
}
END_TEST

START_TEST(each_file_and_option_is_one_reports)
{
	ck_assert_ptr_nonnull(report_list->render);
	for (const struct report *a = report_list; a->render; a++)
		for (const struct report *b = report_list; b < a; b++) {
			ck_assert(a->render != b->render);
			ck_assert(!a->file || !b->file || strcmp(a->file, b->file));
			ck_assert(!a->option || !b->option || strcmp(a->option, b->option));
			ck_assert(!a->letter || a->letter != b->letter);
		}
}
END_TEST

START_TEST(those_with_a_file_are_written)
{
	cleanup_free char *nowhere = scratch_path("no/such/dir"), *dir = scratch_path("run");
	cleanup_error struct error err = {0};
	struct result *r = make(1, 1);
	cleanup_result_view struct result_view *v = result_view_new(r);

	ck_assert_int_eq(io_make_dirs(dir, &err), 0);
	ck_assert_int_eq(report_write(v, dir, &err), 0);
	for (const struct report *report = report_list; report->render; report++) {
		cleanup_free char *path = report->file ? xasprintf("%s/%s", dir, report->file) : NULL;
		cleanup_free char *want = render(report->render, r);
		cleanup_buf struct buf text = {0};

		if (!path)
			continue;
		ck_assert_int_eq(io_read_file(path, 1 << 20, &text, NULL), 0);
		ck_assert_str_eq(buf_str(&text), want);
	}
	ck_assert_int_lt(report_write(v, nowhere, &err), 0);
	result_view_free(steal_ptr(v));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_cell_has_one_face, faces),
	        TEST(a_cell_that_was_not_run_is_not_measured),
	        EACH(sentences_differ_in_more_than_values, sentences),
	        TEST(what_is_the_same_on_all_kernels_is_one_cause),
	        EACH(what_differs_is_another_cause, differences),
	        TEST(notes_that_differ_in_a_count_are_one),
	        TEST(a_kernel_that_is_infra_speaks_for_its_cells),
	        TEST(a_forecast_is_told_once_with_its_kernels),
	        TEST(cells_are_found_wherever_they_stand),
	        TEST(every_report_shows_any_result),
	        TEST(every_verdict_report_tells_what_was_never_driven),
	        TEST(hooks_of_all_kernels_are_told_once),
	        TEST(each_file_and_option_is_one_reports),
	        GROUP("files", .open = scratch_setup, .close = scratch_teardown),
	        TEST(those_with_a_file_are_written),
	};

	return suite_run("result_view", tests, COUNT(tests));
}
