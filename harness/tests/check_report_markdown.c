/* SPDX-License-Identifier: BSD-2-Clause */
/* report_markdown: a summary that GitHub renders, and that nothing a guest wrote can break out of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_markdown.h"
#include "tests/render.h"
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

static char *markdown(struct result *r)
{
	char *text = render(report_markdown, r);

	result_free(r);
	return text;
}

START_TEST(all_as_expected)
{
	cleanup_free char *text = markdown(make(2, 1));

	ck_assert_str_eq(text, "## corematrix: all as expected\n\n"
	                       "1 object on 2 kernels, 0 relocations judged, 0 values compared with the truth, 12 s\n\n"
	                       "| kernel | release | obj_0 |\n"
	                       "| --- | --- | --- |\n"
	                       "| 6.0-cloud | 6.x | ✅ pass |\n"
	                       "| 6.1-cloud | 6.x | ✅ pass |\n\n");
}
END_TEST

START_TEST(the_head_names_what_it_was_made_with)
{
	struct result *r = make(2, 1);
	cleanup_free char *text = NULL;

	text_set(&r->host.libbpf, "1.7.0");
	text_set(&r->host.clang, "clang 14");
	text = markdown(r);
	ck_assert_ptr_nonnull(strstr(text, ", 12 s\n\nlibbpf 1.7.0; objects by clang 14\n\n| kernel |"));
}
END_TEST

START_TEST(the_last_line_counts_the_evidence)
{
	struct result *r = make(2, 1);
	cleanup_free char *text = NULL;

	r->cells[0].evidence = EVIDENCE_TRUTH;
	r->cells[1].verdict = VERDICT_UNPROVEN;
	r->cells[1].evidence = EVIDENCE_LOADED;
	text = markdown(r);
	ck_assert_ptr_nonnull(strstr(text, "| ☑️ unproven (loaded) |\n\n1 proven by values, 1 loaded alone\n\n"));
}
END_TEST

START_TEST(more_objects_than_kernels_go_down)
{
	cleanup_free char *text = markdown(make(1, 2));

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
	text = markdown(r);
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

START_TEST(a_cause_is_told_once_with_its_kernels)
{
	struct result *r = make(3, 1);
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *reason = xasprintf("pid is \"%zu\", but the truth is \"7\"", i);

		r->cells[i].verdict = VERDICT_WRONG;
		r->cells[i].as_expected = false;
		text_set(&r->cells[i].reason, reason);
		text_set(&r->cells[i].reproduce, r->kernels[i].id);
	}
	text = markdown(r);
	ck_assert_ptr_nonnull(strstr(text, "- **obj_0** on **all 3 kernels**: ❌ **wrong**, expected pass\n"
	                                   "  <br>On 6.0-cloud: pid is \"0\", but the truth is \"7\"\n"
	                                   "  <br><code>6.0-cloud</code>\n\n"));
}
END_TEST

START_TEST(a_kernel_that_is_infra_is_told_once)
{
	struct result *r = make(2, 3);
	cleanup_free char *text = NULL;

	for (size_t k = 0; k < 2; k++) {
		r->kernels[k].infra = true;
		text_set(&r->kernels[k].reason, "no hello within 15 s");
	}
	for (size_t i = 0; i < r->cell_count; i++) {
		r->cells[i].verdict = VERDICT_INFRA;
		text_set(&r->cells[i].reason, "no hello within 15 s");
	}
	text = markdown(r);
	ck_assert_ptr_nonnull(strstr(text, "### Not as expected\n\n- **all 2 kernels**: ⚠️ **infra**\n"
	                                   "  <br>no hello within 15 s\n\n"));
}
END_TEST

START_TEST(what_is_missing_or_infra_is_no_pass)
{
	struct result *r = make(2, 1);
	cleanup_free char *text = NULL;

	r->cells[0].verdict = VERDICT_INFRA;
	r->complete = false;
	text_set(&result_add_object(r)->name, "late");
	text = markdown(r);
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
		cleanup_free char *own = xasprintf("cause_%zu %s", i, i % 2 ? reason : "short");

		r->cells[i].as_expected = false;
		text_set(&r->cells[i].reason, own);
	}
	text = markdown(r);
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
	cleanup_result_view struct result_view *view = result_view_new(r);

	ck_assert_int_eq(report_append(report_markdown, view, path, &err), 0);
	ck_assert_int_eq(report_append(report_markdown, view, nowhere, &err), -ENOENT);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	result_view_free(steal_ptr(view));
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
	        TEST(the_head_names_what_it_was_made_with),
	        TEST(the_last_line_counts_the_evidence),
	        TEST(more_objects_than_kernels_go_down),
	        TEST(what_is_unexpected_is_told),
	        TEST(a_cause_is_told_once_with_its_kernels),
	        TEST(a_kernel_that_is_infra_is_told_once),
	        TEST(what_is_missing_or_infra_is_no_pass),
	        TEST(the_summary_stays_within_what_github_takes),
	        GROUP("file", .open = scratch_setup, .close = scratch_teardown),
	        TEST(a_file_that_exists_is_appended_to),
	};

	return suite_run("report_markdown", tests, COUNT(tests));
}
