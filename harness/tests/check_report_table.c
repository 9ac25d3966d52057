/* SPDX-License-Identifier: BSD-2-Clause */
/* report_table, report_timing and cmd_report: golden renderings, blocks, colour, hostile names, the subcommand. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/cmd/cmd_report.h"
#include "host/lib/text.h"
#include "host/report/report_table.h"
#include "host/report/report_timing.h"
#include "host/result/result_json.h"
#include "tests/render.h"
#include "tests/suite.h"

#define GOLDEN "harness/tests/golden/run"

static struct result *read_golden(void)
{
	cleanup_error struct error err = {0};
	struct result *r = NULL;

	ck_assert_msg(result_json_read(GOLDEN ".json", &r, &err) == 0, "%s", err.text);
	return r;
}

/* A run of `kernels` x `objects` whose cells are all rejected as expected, by a class with a long name. */
static struct result *make_run(size_t kernels, size_t objects)
{
	struct result *r = result_new();

	r->complete = true;
	for (size_t o = 0; o < objects; o++) {
		cleanup_free char *name = xasprintf("object_%zu", o);

		text_set(&result_add_object(r)->name, name);
	}
	for (size_t k = 0; k < kernels; k++) {
		cleanup_free char *id = xasprintf("k%zu", k);

		text_set(&result_add_kernel(r)->id, id);
		for (size_t o = 0; o < objects; o++) {
			struct result_cell *c = result_add_cell(r);

			text_set(&c->kernel, id);
			text_set(&c->object, r->objects[o].name);
			c->verdict = VERDICT_REJECTED;
			c->class = CLASS_NO_KERNEL_BTF;
			c->as_expected = true;
		}
	}
	return r;
}

static size_t widest_line(const char *text)
{
	size_t width = 0;

	for (size_t len; *text; text += len + (text[len] == '\n')) {
		cleanup_free char *line = NULL;

		len = strcspn(text, "\n");
		line = xstrndup(text, len);
		width = text_width(line) > width ? text_width(line) : width;
	}
	return width;
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what))) {
		count++;
		text += strlen(what);
	}
	return count;
}

static const struct {
	const char *file;
	report_renderer *report;
} goldens[] = {
        {GOLDEN ".matrix.txt", report_table},
        {GOLDEN ".timing.txt", report_timing},
};

START_TEST(renderings_are_the_golden_ones)
{
	struct result *r = read_golden();
	cleanup_free char *text = render(goldens[_i].report, r);
	cleanup_buf struct buf want = {0};

	ck_assert_int_eq(io_read_file(goldens[_i].file, 1 << 20, &want, NULL), 0);
	ck_assert_str_eq(text, buf_str(&want));
	result_free(r);
}
END_TEST

START_TEST(colour_adds_nothing_but_colour)
{
	struct result *r = read_golden();
	cleanup_free char *plain = render(report_table, r), *coloured = render_coloured(report_table, r);
	cleanup_buf struct buf stripped = {0};

	ck_assert(strchr(plain, '\033') == NULL);
	ck_assert(strchr(coloured, '\033') != NULL);
	for (const char *s = coloured; *s;) {
		size_t run = strcspn(s, "\033");

		buf_add(&stripped, s, run);
		s += run;
		s += *s ? strcspn(s, "m") + 1 : 0;
	}
	ck_assert_str_eq(buf_str(&stripped), plain);
	result_free(r);
}
END_TEST

/* Objects of a run, and the blocks and columns that its table must have. */
static const struct {
	size_t objects, blocks;
	bool with_class;
} shapes[] = {
        {0, 0, false}, {1, 1, true}, {4, 1, true}, {8, 1, false}, {12, 2, false}, {13, 4, true}, {40, 10, true},
};

START_TEST(tables_fit_the_width)
{
	struct result *r = make_run(3, shapes[_i].objects);
	cleanup_free char *text = render(report_table, r);

	ck_assert_msg(widest_line(text) <= 160, "%zu columns:\n%s", widest_line(text), text);
	ck_assert_msg(count_of(text, "kernel  release") == shapes[_i].blocks, "%s", text);
	ck_assert_uint_eq(count_of(text, "= rejected"), 3 * shapes[_i].objects);
	ck_assert_uint_eq(count_of(text, "(no-kernel-btf)"), shapes[_i].with_class ? 3 * shapes[_i].objects : 0);
	for (size_t o = 0; o < shapes[_i].objects; o++)
		ck_assert(strstr(text, r->objects[o].name) != NULL);
	result_free(r);
}
END_TEST

START_TEST(lines_carry_no_trailing_space)
{
	struct result *r = read_golden();
	cleanup_free char *text = render(report_table, r);

	ck_assert(strstr(text, " \n") == NULL);
	result_free(r);
}
END_TEST

START_TEST(an_incomplete_run_says_so)
{
	struct result *r = read_golden();
	cleanup_free char *text = NULL;

	r->complete = false;
	for (size_t i = 0; i < 2; i++)
		text_set(&r->cells[i].kernel, "gone");
	text = render(report_table, r);
	ck_assert(strncmp(text, "INCOMPLETE RUN", 14) == 0);
	ck_assert_uint_eq(count_of(text, "! not run"), 2);
	result_free(r);
}
END_TEST

START_TEST(what_was_left_out_is_told_and_not_counted)
{
	struct result *r = read_golden();
	cleanup_free char *before = render(report_table, r), *text = NULL;
	const char *totals = strrchr(before, '\n') - 1;

	while (totals[-1] != '\n')
		totals--;
	r->part.k = 2;
	r->part.n = 3;
	text_set(&result_add_skipped(r)->kernel, "9.9-cloud");
	text_set(&r->skipped[0].reason, "no such kernel");
	text = render(report_table, r);
	ck_assert(strstr(text, "part 2 of 3 of the matrix\n") != NULL);
	ck_assert(strstr(text, "optional, and skipped:\n  9.9-cloud: no such kernel\n") != NULL);
	ck_assert(strstr(text, totals) != NULL);
	result_free(r);
}
END_TEST

START_TEST(names_of_any_width_stay_aligned)
{
	struct result *r = make_run(2, 2);
	cleanup_free char *text = NULL;
	const char *line;
	size_t column = 0;

	text_set(&r->kernels[0].id, "内核-一");
	text_set(&r->kernels[1].release, "two\nlines\tand \x1b[31m");
	for (size_t i = 0; i < 2; i++)
		text_set(&r->cells[i].kernel, "内核-一");
	text = render(report_table, r);
	ck_assert_msg(strstr(text, "two lines and \\x1b[31m") != NULL, "%s", text);
	line = strchr(text, '\n') + 1;
	for (size_t k = 0; k < 2; k++) {
		const char *mark = strstr(line, "= rejected");
		cleanup_free char *before = xstrndup(line, (size_t)(mark - line));

		if (k)
			ck_assert_uint_eq(text_width(before), column);
		column = text_width(before);
		line = strchr(line, '\n') + 1;
	}
	result_free(r);
}
END_TEST

/* Fault: eleven objects on four kernels had 24 blocks for 6 causes. */
START_TEST(a_cause_is_told_once_with_its_kernels)
{
	struct result *r = make_run(4, 11);
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < r->cell_count; i++) {
		struct result_cell *c = &r->cells[i];

		if (i % 11 >= 6)
			continue;
		c->as_expected = false;
		text_set(&c->reason, "map 'x': failed to create: Invalid argument(-22)");
		text_set(&c->reproduce, c->kernel);
	}
	text = render(report_table, r);
	ck_assert_uint_eq(count_of(text, "failed to create"), 6);
	ck_assert_uint_eq(count_of(text, "reproduce: k0\n"), 6);
	ck_assert_ptr_nonnull(strstr(text, "\nunexpected:\n"
	                                   "  all 4 kernels x object_0: rejected:no-kernel-btf\n"
	                                   "      map 'x': failed to create: Invalid argument(-22)\n"
	                                   "      reproduce: k0\n"
	                                   "  all 4 kernels x object_1: "));
	ck_assert_ptr_nonnull(strstr(text, "44 cells: 20 as expected, 24 unexpected"));
	result_free(r);
}
END_TEST

START_TEST(kernels_that_fail_alike_are_told_once)
{
	struct result *r = make_run(3, 2);
	cleanup_free char *text = NULL;

	for (size_t k = 0; k < 2; k++) {
		struct result_attempt *a = result_add_attempt(&r->kernels[k]);
		cleanup_free char *reason = xasprintf("no hello within %zu s", k + 15);

		a->failed = true;
		text_set(&a->reason, reason);
		text_set(&a->console, r->kernels[k].id);
		text_set(&a->script, "qemu.sh");
		r->kernels[k].infra = true;
		text_set(&r->kernels[k].reason, reason);
		for (size_t o = 0; o < 2; o++)
			r->cells[k * 2 + o].verdict = VERDICT_INFRA;
	}
	text = render(report_table, r);
	ck_assert_ptr_nonnull(strstr(text, "\nnot measured (infra):\n"
	                                   "  k0, k1: no hello within 15 s\n"
	                                   "      see: k0, and qemu.sh starts it again\n\n"));
	result_free(r);
}
END_TEST

START_TEST(a_contradiction_of_several_kernels_is_told_once)
{
	struct result *r = make_run(2, 1);
	cleanup_free char *text = NULL;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < 2; i++)
			text_set(&result_add_relocation(&r->cells[k])->disagreement, k ? "24 != 32" : "16 != 8");
	text = render(report_table, r);
	ck_assert_uint_eq(count_of(text, "all 2 kernels x object_0"), 2);
	ck_assert_uint_eq(count_of(text, "on k0: 16 != 8\n"), 2);
	ck_assert_uint_eq(count_of(text, "24 != 32"), 0);
	result_free(r);
}
END_TEST

START_TEST(an_unexpected_pass_is_told)
{
	struct result *r = make_run(1, 1);
	cleanup_free char *text = NULL;

	r->cells[0].verdict = VERDICT_PASS;
	r->cells[0].class = CLASS_NONE;
	r->cells[0].as_expected = false;
	text_set(&r->cells[0].expected, "rejected:relocation");
	text = render(report_table, r);
	ck_assert(strstr(text, "! pass") != NULL);
	ck_assert(strstr(text, "k0 x object_0: pass, expected rejected:relocation") != NULL);
	result_free(r);
}
END_TEST

START_TEST(evidence_is_shown_and_counted)
{
	struct result *r = make_run(1, 1);
	cleanup_free char *text = NULL;

	r->cells[0].verdict = VERDICT_UNPROVEN;
	r->cells[0].class = CLASS_NONE;
	r->cells[0].evidence = EVIDENCE_RAN;
	r->cells[0].as_expected = true;
	text_set(&r->cells[0].reason, "it ran, and that is all");
	text = render_coloured(report_table, r);
	ck_assert_ptr_nonnull(strstr(text, "= unproven (ran)"));
	ck_assert_ptr_nonnull(strstr(text, "object_0 on 1 kernel: it ran, and that is all\n"));
	ck_assert_ptr_nonnull(strstr(text, "differ; 1 ran; "));
	result_free(r);
}
END_TEST

START_TEST(many_disagreements_are_counted)
{
	struct result *r = make_run(1, 1);
	cleanup_free char *text = NULL;

	for (int i = 0; i < 50; i++)
		text_set(&result_add_relocation(&r->cells[0])->disagreement, "24 != 32");
	text = render(report_table, r);
	ck_assert_uint_eq(count_of(text, "24 != 32"), 20);
	ck_assert(strstr(text, "and 30 more") != NULL);
	result_free(r);
}
END_TEST

static int run_report(char *argument, char *option)
{
	char *argv[] = {(char[]){"report"}, argument, option, NULL};
	pid_t pid = fork();
	int status = 0;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(99);
		exit(cmd_report(argument ? option ? 3 : 2 : 1, argv));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(the_subcommand_renders_again)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *dir = xasprintf("%s/check_report_table.XXXXXX", tmp ? tmp : "/tmp");
	cleanup_free char *results = NULL, *matrix = NULL, *junit = NULL;
	cleanup_buf struct buf text = {0}, want = {0}, xml = {0};
	cleanup_error struct error err = {0};
	struct result *r = read_golden();

	ck_assert(mkdtemp(dir) != NULL);
	results = xasprintf("%s/results.json", dir);
	matrix = xasprintf("%s/matrix.txt", dir);
	junit = xasprintf("%s/junit.xml", dir);
	ck_assert_int_eq(run_report(dir, NULL), EXIT_USAGE);
	ck_assert_int_eq(run_report(NULL, NULL), EXIT_USAGE);
	ck_assert_int_eq(result_json_write(r, results, &err), 0);
	ck_assert_int_eq(run_report(dir, NULL), EXIT_CONTRADICTION);
	ck_assert_int_eq(run_report(dir, (char[]){"--timing"}), EXIT_CONTRADICTION);
	ck_assert_int_eq(run_report(dir, (char[]){"--nonsense"}), EXIT_USAGE);
	ck_assert_int_eq(run_report(dir, (char[]){"another"}), EXIT_USAGE);
	ck_assert_int_eq(io_read_file(matrix, 1 << 20, &text, &err), 0);
	ck_assert_int_eq(io_read_file(GOLDEN ".matrix.txt", 1 << 20, &want, &err), 0);
	ck_assert_str_eq(buf_str(&text), buf_str(&want));
	ck_assert_int_eq(io_read_file(junit, 1 << 20, &xml, &err), 0);
	ck_assert(strstr(buf_str(&xml), "</testsuites>") != NULL);
	ck_assert_int_eq(io_replace_file(results, "{", 1, &err), 0);
	ck_assert_int_eq(run_report(dir, NULL), EXIT_USAGE);
	ck_assert_int_eq(io_remove_tree(dir, &err), 0);
	result_free(r);
}
END_TEST

static const struct {
	const char *text;
	size_t width;
} widths[] = {
        {"", 0}, {"abc", 3}, {"é", 1}, {"e\xcc\x81", 1}, {"漢字", 4}, {"😀", 2}, {"Ж", 1},
};

START_TEST(width_is_what_a_terminal_takes)
{
	cleanup_buf struct buf out = {0};

	ck_assert_uint_eq(text_width(widths[_i].text), widths[_i].width);
	text_pad(&out, widths[_i].text, 6);
	ck_assert_uint_eq(text_width(buf_str(&out)), 6);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(renderings_are_the_golden_ones, goldens),
	        TEST(colour_adds_nothing_but_colour),
	        EACH(tables_fit_the_width, shapes),
	        TEST(lines_carry_no_trailing_space),
	        TEST(an_incomplete_run_says_so),
	        TEST(what_was_left_out_is_told_and_not_counted),
	        TEST(names_of_any_width_stay_aligned),
	        TEST(a_cause_is_told_once_with_its_kernels),
	        TEST(kernels_that_fail_alike_are_told_once),
	        TEST(a_contradiction_of_several_kernels_is_told_once),
	        TEST(an_unexpected_pass_is_told),
	        TEST(evidence_is_shown_and_counted),
	        TEST(many_disagreements_are_counted),
	        TEST(the_subcommand_renders_again),
	        EACH(width_is_what_a_terminal_takes, widths),
	};

	return suite_run("report_table", tests, COUNT(tests));
}
