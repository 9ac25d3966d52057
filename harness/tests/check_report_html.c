/* SPDX-License-Identifier: BSD-2-Clause */
/* report_html: which run a page shows, what is its past, and where its links begin. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/cmd/report_html.h"
#include "host/lib/text.h"
#include "host/result/result_json.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define GOLDEN "harness/tests/golden/run.json"

/* What the page is told beside its cells. */
static json_t *told(const char *page)
{
	static const char mark[] = "<script type=\"application/json\" id=\"page\">";
	const char *start = strstr(page, mark), *end;
	cleanup_free char *text = NULL;
	json_t *value;

	ck_assert_ptr_nonnull(start);
	start += strlen(mark);
	end = strstr(start, "</script>");
	text = xstrndup(start, (size_t)(end - start));
	value = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(value);
	return value;
}

static char *store_run(const char *name, const char *started, enum verdict verdict)
{
	char *directory = scratch_path(name);
	cleanup_free char *path = xasprintf("%s/" RESULT_JSON_NAME, directory);
	struct result *r = NULL;

	ck_assert_int_eq(result_json_read(GOLDEN, &r, NULL), 0);

	text_set(&r->started, started);
	r->cells[0].verdict = verdict;
	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	ck_assert_int_eq(result_json_write(r, path, NULL), 0);
	result_free(r);
	return directory;
}

static json_t *page_of(const char *file, struct strings *dirs)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	int status = -1;

	ck_assert_msg(report_html(file, dirs, NULL, &status, &err) == 0, "%s", err.text);
	ck_assert_int_ge(status, 0);
	ck_assert_int_eq(io_read_file(file, RESULT_JSON_MAX, &text, &err), 0);
	strings_free(dirs);
	return told(buf_str(&text));
}

static const char *member(const json_t *node, const char *name)
{
	return json_string_value(json_object_get(node, name));
}

static bool has_change(const json_t *since, const char *section, const char *was, const char *now)
{
	const json_t *changes = json_object_get(since, "changes");
	bool is_there = false;

	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *c = json_array_get(changes, i);

		is_there |= !strcmp(member(c, "section"), section) && !strcmp(member(c, "was"), was) &&
		            !strcmp(member(c, "now"), now);
	}
	return is_there;
}

START_TEST(the_newest_run_is_shown_and_the_others_are_its_past)
{
	cleanup_free char *old = store_run("runs/b", "2026-01-01T00:00:00Z", VERDICT_WRONG);
	cleanup_free char *new = store_run("runs/a", "2026-01-02T00:00:00Z", VERDICT_PASS);
	cleanup_free char *runs = scratch_path("runs"), *file = scratch_path("page.html"),
	                  *inside = scratch_path("runs/b/page.html"), *latest = scratch_path("runs/latest");
	cleanup_strings struct strings dirs = {0};
	json_t *page, *past;

	ck_assert_int_eq(symlink("a", latest), 0);
	strings_add(&dirs, old);
	strings_add(&dirs, runs);
	page = page_of(file, &dirs);
	past = json_object_get(page, "history");
	ck_assert_str_eq(member(json_object_get(page, "run"), "started"), "2026-01-02T00:00:00Z");
	ck_assert_uint_eq(json_array_size(past), 1);
	ck_assert_str_eq(member(json_array_get(past, 0), "name"), "b");
	ck_assert_str_eq(member(json_object_get(page, "since"), "against"), "b");
	ck_assert(has_change(json_object_get(page, "since"), "better", "wrong", "pass"));
	ck_assert(!has_change(json_object_get(page, "since"), "worse", "pass", "wrong"));
	ck_assert_str_eq(member(page, "base"), "runs/a/");
	json_decref(page);
	strings_add(&dirs, new);
	page = page_of(inside, &dirs);
	ck_assert_str_eq(member(page, "base"), "../a/");
	ck_assert(json_is_null(json_object_get(json_object_get(page, "since"), "against")));
	json_decref(page);
}
END_TEST

START_TEST(a_directory_without_runs_is_told)
{
	cleanup_free char *file = scratch_path("none.html"), *nothing = scratch_path("nothing");
	cleanup_strings struct strings dirs = {0};
	cleanup_error struct error err = {0};
	int status;

	ck_assert_int_eq(io_make_dirs(nothing, NULL), 0);
	strings_add(&dirs, nothing);
	ck_assert_int_ne(report_html(file, &dirs, NULL, &status, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "name the directory of a run"));
	ck_assert_int_ne(access(file, F_OK), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("report --html", .open = scratch_setup, .close = scratch_teardown),
	        TEST(the_newest_run_is_shown_and_the_others_are_its_past),
	        TEST(a_directory_without_runs_is_told),
	};

	return suite_run("report_html", tests, COUNT(tests));
}
