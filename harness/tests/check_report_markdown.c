/* SPDX-License-Identifier: BSD-2-Clause */
/* report_markdown: a summary that GitHub renders, and that nothing a guest wrote can break out of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_markdown.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static struct result *make(size_t kernels, size_t objects)
{
	struct result *r = result_new();

	r->complete = true;
	r->elapsed_s = 12.4;
	for (size_t o = 0; o < objects; o++) {
		cleanup_free char *name = xasprintf("obj_%zu", o);

		text_set(&result_add_object(r)->name, name);
	}
	for (size_t k = 0; k < kernels; k++) {
		cleanup_free char *id = xasprintf("6.%zu-cloud", k);

		text_set(&result_add_kernel(r)->id, id);
		text_set(&r->kernels[k].release, "6.x");
		for (size_t o = 0; o < objects; o++) {
			struct result_cell *c = result_add_cell(r);

			text_set(&c->kernel, id);
			text_set(&c->object, r->objects[o].name);
			text_set(&c->expected, "pass");
			c->as_expected = true;
		}
	}
	return r;
}

static char *render(struct result *r)
{
	struct buf out = {0};

	report_markdown(r, &out);
	result_free(r);
	return buf_steal(&out);
}

START_TEST(all_as_expected)
{
	cleanup_free char *text = render(make(2, 1));

	ck_assert_str_eq(text, "## corematrix: all as expected\n\n"
	                       "1 object on 2 kernels, 0 relocations judged, 0 values compared with the truth, 12 s\n\n"
	                       "| kernel | release | obj_0 |\n"
	                       "| --- | --- | --- |\n"
	                       "| 6.0-cloud | 6.x | ✅ pass |\n"
	                       "| 6.1-cloud | 6.x | ✅ pass |\n\n");
}
END_TEST

START_TEST(the_last_line_counts_the_evidence)
{
	struct result *r = make(2, 1);
	cleanup_free char *text = NULL;

	r->cells[0].evidence = EVIDENCE_TRUTH;
	r->cells[1].verdict = VERDICT_UNPROVEN;
	r->cells[1].evidence = EVIDENCE_LOADED;
	text = render(r);
	ck_assert_ptr_nonnull(strstr(text, "| ☑️ unproven (loaded) |\n\n1 proven by values, 1 loaded alone\n\n"));
}
END_TEST

START_TEST(more_objects_than_kernels_go_down)
{
	cleanup_free char *text = render(make(1, 2));

	ck_assert_ptr_nonnull(
	        strstr(text, "| object | 6.0-cloud |\n| --- | --- |\n| obj_0 | ✅ pass |\n| obj_1 | ✅ pass |\n"));
}
END_TEST

START_TEST(what_is_unexpected_is_told)
{
	struct result *r = make(2, 1);
	cleanup_free char *text = NULL;

	r->cells[0].verdict = VERDICT_REJECTED;
	r->cells[0].class = CLASS_HELPER;
	r->cells[0].as_expected = false;
	text_set(&r->cells[0].reason, "unknown func\nbpf_loop#181 | <b>");
	text_set(&r->cells[0].advice, "do *this*");
	text_set(&r->cells[0].reproduce, "corematrix run `x`");
	r->cells[1].verdict = VERDICT_WRONG;
	text_set(&r->cells[1].expected, "wrong");
	text = render(r);
	ck_assert_ptr_nonnull(strstr(text, "## corematrix: 1 of 2 cells not as expected, 0 not measured\n"));
	ck_assert_ptr_nonnull(strstr(text, "| 6.0-cloud | 6.x | ❌ **rejected&#58;helper** |\n"));
	ck_assert_ptr_nonnull(strstr(text, "| 6.1-cloud | 6.x | ☑️ wrong |\n"));
	ck_assert_ptr_nonnull(strstr(text, "- **obj_0** on **6.0-cloud**: ❌ **rejected&#58;helper**, expected pass\n"
	                                   "  <br>unknown func bpf_loop&#35;181 &#124; &#60;b&#62;\n"
	                                   "  <br>To do: do &#42;this&#42;\n"
	                                   "  <br><code>corematrix run &#96;x&#96;</code>\n"));
	ck_assert_ptr_null(strstr(text, "**obj_0** on **6.1"));
}
END_TEST

START_TEST(what_is_missing_or_infra_is_no_pass)
{
	struct result *r = make(2, 1);
	cleanup_free char *text = NULL;

	r->cells[0].verdict = VERDICT_INFRA;
	r->complete = false;
	text_set(&result_add_object(r)->name, "late");
	text = render(r);
	ck_assert_ptr_nonnull(strstr(text, "not finished, 0 of 4 cells not as expected, 3 not measured\n"));
	ck_assert_ptr_nonnull(strstr(text, "⚠️ **infra** | ⚠️ **not run** |\n"));
}
END_TEST

START_TEST(the_summary_stays_within_what_github_takes)
{
	struct result *r = make(20, 30);
	cleanup_free char *text = NULL, *reason = xcalloc(1, 5001);

	memset(reason, '<', 5000);
	for (size_t i = 0; i < r->cell_count; i++) {
		r->cells[i].as_expected = false;
		text_set(&r->cells[i].reason, i % 2 ? reason : "short");
	}
	text = render(r);
	ck_assert_ptr_nonnull(strstr(text, " more: see results.json.\n"));
	ck_assert_uint_lt(strlen(text), 1u << 20);
}
END_TEST

START_TEST(a_file_that_exists_is_appended_to)
{
	cleanup_free char *path = scratch_file("summary.md", "before\n", 7), *nowhere = scratch_path("no/such/dir");
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	struct result *r = make(1, 1);

	ck_assert_int_eq(report_markdown_append(r, path, &err), 0);
	ck_assert_int_eq(report_markdown_append(r, nowhere, &err), -ENOENT);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	result_free(r);
	ck_assert_int_eq(io_read_file(path, 1 << 20, &text, NULL), 0);
	ck_assert_int_eq(strncmp(buf_str(&text), "before\n## corematrix: all as expected\n", 38), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("text"),
	        TEST(all_as_expected),
	        TEST(the_last_line_counts_the_evidence),
	        TEST(more_objects_than_kernels_go_down),
	        TEST(what_is_unexpected_is_told),
	        TEST(what_is_missing_or_infra_is_no_pass),
	        TEST(the_summary_stays_within_what_github_takes),
	        GROUP("file", .open = scratch_setup, .close = scratch_teardown),
	        TEST(a_file_that_exists_is_appended_to),
	};

	return suite_run("report_markdown", tests, COUNT(tests));
}
