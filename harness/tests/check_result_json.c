/* SPDX-License-Identifier: BSD-2-Clause */
/* result and result_json: round trips, exact numbers, hostile strings, damaged documents, totals and exit status. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"
#include "host/result/result_json.h"
#include "tests/suite.h"

#define GOLDEN "harness/tests/golden/run.json"

static struct result *read_text(const char *text, struct error *err)
{
	struct result *r = NULL;
	int rc = result_json_decode(text, strlen(text), "run.json", &r, err);

	ck_assert_int_eq(rc == 0, r != NULL);
	return r;
}

static char *replaced(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	struct buf out = {0};

	ck_assert_msg(at != NULL, "the golden document lacks %s", old);
	buf_add(&out, text, (size_t)(at - text));
	buf_puts(&out, new);
	buf_puts(&out, at + strlen(old));
	return buf_steal(&out);
}

START_TEST(golden_survives_reading_and_writing)
{
	size_t same = 0;
	cleanup_buf struct buf text = {0}, again = {0};
	cleanup_error struct error err = {0};
	struct result *r;

	ck_assert_int_eq(io_read_file(GOLDEN, RESULT_JSON_MAX, &text, &err), 0);
	r = read_text(buf_str(&text), &err);
	ck_assert_msg(r != NULL, "%s", err.text);
	ck_assert_int_eq(result_json_encode(r, &again, &err), 0);
	while (same < text.len && same < again.len && text.data[same] == again.data[same])
		same++;
	ck_assert_msg(same == text.len && same == again.len, "byte %zu of both: \"%.80s\", read from \"%.80s\"", same,
	              buf_str(&again) + same, buf_str(&text) + same);
	result_free(r);
}
END_TEST

START_TEST(golden_means_what_it_says)
{
	cleanup_error struct error err = {0};
	struct result *r = NULL;
	const struct result_cell *c;

	ck_assert_int_eq(result_json_read(GOLDEN, &r, &err), 0);
	ck_assert(r->complete);
	ck_assert_uint_eq(r->kernel_count, 4);
	ck_assert_uint_eq(r->cell_count, 16);
	ck_assert_uint_eq(r->command.count, 4);
	ck_assert_str_eq(r->command.at[1], "run");
	ck_assert(r->kernels[2].infra);
	ck_assert(r->kernels[2].timing.hello_ms < 0);
	ck_assert_double_eq(r->kernels[0].timing.hello_ms, 1337);
	ck_assert_uint_eq(r->kernels[2].attempt_count, 2);
	c = result_find_cell(r, "5.10-amd64", "exec_identity");
	ck_assert(c != NULL);
	ck_assert_uint_eq(c->relocations[0].local, UINT64_MAX);
	ck_assert_uint_eq(c->relocations[0].target, (uint64_t)INT64_MAX + 1);
	ck_assert_uint_eq(c->relocations[1].target, 2736);
	c = result_find_cell(r, "5.10-amd64", "missing_field");
	ck_assert_int_eq(c->verdict, VERDICT_REJECTED);
	ck_assert_int_eq(c->class, CLASS_RELOCATION);
	ck_assert_int_eq(c->phase, PHASE_LOAD);
	ck_assert(!c->relocations[0].has_target);
	ck_assert_int_eq(c->programs[0].err, 22);
	ck_assert(result_find_cell(r, "5.10-amd64", "nothing") == NULL);
	result_free(r);
}
END_TEST

static const uint64_t exact_values[] = {
        0, 1, 4294967296u, 9007199254740993u, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX,
};

START_TEST(numbers_stay_exact)
{
	struct result *r = result_new(), *again;
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};
	struct result_cell *c;
	struct result_relocation *x;

	text_set(&result_add_kernel(r)->id, "k");
	text_set(&result_add_object(r)->name, "o");
	c = result_add_cell(r);
	text_set(&c->kernel, "k");
	text_set(&c->object, "o");
	c->events = exact_values[_i];
	x = result_add_relocation(c);
	x->local = exact_values[_i];
	x->target = exact_values[_i];
	x->has_target = true;
	ck_assert_int_eq(result_json_encode(r, &text, &err), 0);
	again = read_text(buf_str(&text), &err);
	ck_assert_msg(again != NULL, "%s", err.text);
	ck_assert_uint_eq(again->cells[0].events, exact_values[_i]);
	ck_assert_uint_eq(again->cells[0].relocations[0].local, exact_values[_i]);
	ck_assert_uint_eq(again->cells[0].relocations[0].target, exact_values[_i]);
	result_free(r);
	result_free(again);
}
END_TEST

static const struct {
	const char *in, *out;
} strings[] = {
        {"plain", "plain"},
        {"two\nlines\tand a tab", "two\nlines\tand a tab"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"bell\a del\x7f cr\r", "bell\\x07 del\\x7f cr\\x0d"},
        {"Grüße Ж 漢 😀", "Grüße Ж 漢 😀"},
        {"cut \xe6\xbc", "cut \\xe6\\xbc"},
        {"overlong \xc0\xaf", "overlong \\xc0\\xaf"},
        {"overlong \xe0\x80\xaf", "overlong \\xe0\\x80\\xaf"},
        {"surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80"},
        {"too far \xf4\x90\x80\x80", "too far \\xf4\\x90\\x80\\x80"},
        {"lone \x80 and \xff", "lone \\x80 and \\xff"},
        {"C1 \xc2\x9b", "C1 \\xc2\\x9b"},
        {"no character \xef\xbf\xbe\xef\xbf\xbf", "no character \\xef\\xbf\\xbe\\xef\\xbf\\xbf"},
        {"\xef\xbf\xbd replacement stays", "\xef\xbf\xbd replacement stays"},
        {NULL, ""},
};

START_TEST(strings_are_sanitised)
{
	char *slot = xstrdup("old");

	text_set(&slot, strings[_i].in);
	ck_assert_str_eq(slot, strings[_i].out);
	text_set(&slot, slot);
	ck_assert_str_eq(slot, strings[_i].out);
	free(slot);
}
END_TEST

START_TEST(a_document_cannot_smuggle_control_characters)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *hostile = NULL;
	struct result *r;

	ck_assert_int_eq(io_read_file(GOLDEN, RESULT_JSON_MAX, &text, &err), 0);
	hostile = replaced(buf_str(&text), "\"5.10.0-33-amd64\"", "\"\\u001b]0;x\\u0007\"");
	r = read_text(hostile, &err);
	ck_assert_str_eq(r->kernels[0].release, "\\x1b]0;x\\x07");
	result_free(r);
}
END_TEST

/* One edit of the golden document, and what the error must say. */
static const struct {
	const char *old, *new, *says;
} damages[] = {
        {"\"corematrix/1\"", "\"corematrix/9\"", "its schema is not \"corematrix/1\""},
        {"\"schema\": \"corematrix/1\",", "", "its schema"},
        {"\"complete\": true", "\"complete\": 1", "complete is not true or false"},
        {"\"line\": 4", "\"line\": -4", "kernels[1].line is not a whole number"},
        {"\"line\": 4", "\"line\": 4294967296", "kernels[1].line is larger"},
        {"\"line\": 4", "\"line\": \"4x\"", "kernels[1].line is not a whole number"},
        {"\"status\": \"infra\"", "\"status\": \"fine\"", "kernels[2].status is not a term"},
        {"\"hello_ms\": 1337.0", "\"hello_ms\": \"soon\"", "kernels[0].hello_ms is not a number"},
        {"\"timing\": {", "\"timing\": 7, \"old\": {", "kernels[0].timing is not an object"},
        {"\"attempts\": [", "\"attempts\": {}, \"old\": [", "kernels[0].attempts is not a list"},
        {"\"verdict\": \"pass\"", "\"verdict\": \"perfect\"", "cells[0].verdict is not a term"},
        {"\"verdict\": \"pass\",", "", "cells[0].verdict is missing"},
        {"\"class\": \"relocation\"", "\"class\": \"weather\"", "cells[2].class is not a term"},
        {"\"kernel\": \"6.1-cloud\"", "\"kernel\": \"6.2\"", "cells[4].kernel names no kernel of this run"},
        {"\"object\": \"exec_identity\"", "\"object\": \"\"", "cells[0].object is missing"},
        {"\"expected\": \"812\"", "\"expected\": 812", "cells[0].truth[0].expected is not a string"},
        {"\"18446744073709551615\"", "\"18446744073709551616\"", "cells[0].relocations[0].local is not a whole number"},
        {"\"errno\": 22", "\"errno\": 99999999999", "cells[2].programs[0].errno is not a whole number"},
        {"\"build/corematrix\",", "[],", "command holds something that is not a string"},
        {"\"cells\": [", "\"cell\": [", "cells is missing, or not a list"},
        {"\"schema\"", "\"schema\": 1, \"schema\"", "run.json:2:"},
        {"\"kernels\": [", "\"kernels\": [7,", "kernels[0] is not an object"},
};

START_TEST(damage_is_named_with_its_place)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *damaged = NULL;

	ck_assert_int_eq(io_read_file(GOLDEN, RESULT_JSON_MAX, &text, &err), 0);
	damaged = replaced(buf_str(&text), damages[_i].old, damages[_i].new);
	ck_assert(read_text(damaged, &err) == NULL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, damages[_i].says) != NULL, "\"%s\" lacks \"%s\"", err.text, damages[_i].says);
	ck_assert_msg(strncmp(err.text, "run.json", 8) == 0, "\"%s\" does not name the file", err.text);
}
END_TEST

START_TEST(every_cut_is_refused)
{
	cleanup_buf struct buf text = {0};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_read_file(GOLDEN, RESULT_JSON_MAX, &text, &err), 0);
	for (size_t len = 0; len + 2 < text.len; len += 97) {
		struct result *r = NULL;

		ck_assert_int_eq(result_json_decode(buf_str(&text), len, "run.json", &r, &err), -EINVAL);
		ck_assert(r == NULL);
	}
}
END_TEST

START_TEST(older_and_newer_writers_are_read)
{
	static const char text[] =
	        "{\"schema\": \"corematrix/1\", \"moon\": \"full\", \"objects\": [{\"name\": \"o\"}],"
	        "\"kernels\": [{\"id\": \"k\", \"hello_ms\": 5, \"total_ms\": 7.5}],"
	        "\"cells\": [{\"kernel\": \"k\", \"object\": \"o\", \"verdict\": \"pass\","
	        "\"as_expected\": true, \"tide\": [1, 2]}]}";
	cleanup_error struct error err = {0};
	struct result *r = read_text(text, &err);

	ck_assert_msg(r != NULL, "%s", err.text);
	ck_assert(!r->complete);
	ck_assert_double_eq(r->kernels[0].timing.hello_ms, 5);
	ck_assert_double_eq(r->kernels[0].timing.total_ms, 7.5);
	ck_assert_str_eq(r->cells[0].reason, "");
	result_free(r);
}
END_TEST

START_TEST(evidence_is_kept_where_it_was_measured)
{
	struct result *r = result_new(), *again;
	cleanup_buf struct buf text = {0}, old = {0};
	cleanup_error struct error err = {0};
	const struct program_cost cost = {9, 1000000, 8, 7, 6, 5, 4, 3, 2, 1};
	struct result_program *p;
	struct result_cell *c;

	text_set(&result_add_kernel(r)->id, "k");
	text_set(&result_add_object(r)->name, "o");
	c = result_add_cell(r);
	text_set(&c->kernel, "k");
	text_set(&c->object, "o");
	p = result_add_program(c);
	text_set(&p->name, "p");
	ck_assert_int_eq(result_json_encode(r, &old, &err), 0);
	ck_assert(!strstr(buf_str(&old), "evidence") && !strstr(buf_str(&old), "run_cnt"));
	ck_assert(!strstr(buf_str(&old), "verified_insns"));
	c->verdict = VERDICT_UNPROVEN;
	c->evidence = p->evidence = EVIDENCE_RAN;
	p->run_cnt = 9;
	p->workload_runs = 8;
	p->noise_runs = 7;
	text_set(&p->never_driven, "vfs_create");
	p->recursion_misses = 6;
	p->missed = 5;
	p->cost = cost;
	ck_assert_int_eq(result_json_encode(r, &text, &err), 0);
	result_free(r);
	again = read_text(buf_str(&text), &err);
	ck_assert_msg(again != NULL, "%s", err.text);
	ck_assert_int_eq(again->cells[0].verdict, VERDICT_UNPROVEN);
	ck_assert_int_eq(again->cells[0].evidence, EVIDENCE_RAN);
	p = &again->cells[0].programs[0];
	ck_assert_int_eq(p->evidence, EVIDENCE_RAN);
	ck_assert_str_eq(p->never_driven, "vfs_create");
	ck_assert(p->run_cnt == 9 && p->workload_runs == 8 && p->noise_runs == 7);
	ck_assert(p->recursion_misses == 6 && p->missed == 5);
	ck_assert_mem_eq(&p->cost, &cost, sizeof(cost));
	result_free(again);
}
END_TEST

START_TEST(files_are_replaced_and_read)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *dir = xasprintf("%s/check_result_json.XXXXXX", tmp ? tmp : "/tmp");
	cleanup_free char *path = NULL, *nowhere = NULL;
	cleanup_error struct error err = {0};
	struct result *r = NULL, *again = NULL;

	ck_assert(mkdtemp(dir) != NULL);
	path = xasprintf("%s/results.json", dir);
	nowhere = xasprintf("%s/none/results.json", dir);
	ck_assert_int_eq(result_json_read(GOLDEN, &r, &err), 0);
	ck_assert_int_eq(result_json_write(r, path, &err), 0);
	ck_assert_int_eq(result_json_read(path, &again, &err), 0);
	ck_assert_uint_eq(again->cell_count, r->cell_count);
	ck_assert_int_lt(result_json_write(r, nowhere, &err), 0);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	result_free(again);
	ck_assert_int_eq(result_json_read(nowhere, &again, &err), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert(strstr(err.text, nowhere) != NULL);
	result_free(r);
	ck_assert_int_eq(io_remove_tree(dir, &err), 0);
}
END_TEST

/* A run of one kernel and one object, and what it deserves. */
static const struct {
	bool complete, has_cell, as_expected, kernel_infra, disagreement;
	enum verdict verdict;
	enum exit_status status;
} runs[] = {
        {true, true, true, false, false, VERDICT_PASS, EXIT_AS_EXPECTED},
        {true, true, true, false, false, VERDICT_WRONG, EXIT_AS_EXPECTED},
        {true, true, false, false, false, VERDICT_PASS, EXIT_WORSE},
        {true, true, true, false, false, VERDICT_INFRA, EXIT_INFRA},
        {true, true, true, true, false, VERDICT_PASS, EXIT_INFRA},
        {false, true, true, false, false, VERDICT_PASS, EXIT_INFRA},
        {true, false, false, false, false, VERDICT_PASS, EXIT_INFRA},
        {true, true, true, false, true, VERDICT_PASS, EXIT_CONTRADICTION},
        {false, true, false, true, true, VERDICT_INFRA, EXIT_CONTRADICTION},
        {false, true, false, false, false, VERDICT_WRONG, EXIT_INFRA},
};

START_TEST(the_highest_exit_status_wins)
{
	struct result *r = result_new();
	struct result_kernel *k = result_add_kernel(r);
	struct result_totals t;

	text_set(&k->id, "k");
	k->infra = runs[_i].kernel_infra;
	text_set(&result_add_object(r)->name, "o");
	r->complete = runs[_i].complete;
	if (runs[_i].has_cell) {
		struct result_cell *c = result_add_cell(r);

		c->verdict = runs[_i].verdict;
		c->as_expected = runs[_i].as_expected;
		text_set(&result_add_relocation(c)->disagreement, runs[_i].disagreement ? "24 != 32" : "");
	}
	ck_assert_int_eq(result_exit_status(r), runs[_i].status);
	result_count(r, &t);
	ck_assert_uint_eq(t.as_expected,
	                  runs[_i].has_cell && runs[_i].as_expected && runs[_i].verdict != VERDICT_INFRA);
	result_free(r);
}
END_TEST

/* An optional row that was left out is in the document, and in no count. */
START_TEST(parts_and_skipped_rows_are_kept)
{
	char path[] = "/tmp/check_result_json.XXXXXX";
	cleanup_close int fd = mkstemp(path);
	cleanup_error struct error err = {0};
	struct result *r = NULL, *again = NULL;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(result_json_read(GOLDEN, &r, &err), 0);
	ck_assert_uint_eq(r->part.n, 0);
	ck_assert_uint_eq(r->skipped_count, 0);
	r->part.k = 2;
	r->part.n = 3;
	text_set(&r->part.list_sha256, "abcd");
	r->part.cut = RESULT_CUT_OBJECTS;
	strings_add(&r->part.objects, "one 11 -");
	text_set(&result_add_skipped(r)->kernel, "9.9-cloud");
	r->skipped[0].line = 7;
	text_set(&r->skipped[0].reason, "no such kernel");
	ck_assert_int_eq(result_json_write(r, path, &err), 0);
	ck_assert_msg(!result_json_read(path, &again, &err), "%s", err.text);
	ck_assert_uint_eq(again->part.k, 2);
	ck_assert_uint_eq(again->part.n, 3);
	ck_assert_str_eq(again->part.list_sha256, "abcd");
	ck_assert_int_eq(again->part.cut, RESULT_CUT_OBJECTS);
	ck_assert_uint_eq(again->part.objects.count, 1);
	ck_assert_str_eq(again->part.objects.at[0], "one 11 -");
	ck_assert_uint_eq(again->skipped_count, 1);
	ck_assert_str_eq(again->skipped[0].kernel, "9.9-cloud");
	ck_assert_uint_eq(again->skipped[0].line, 7);
	ck_assert_str_eq(again->skipped[0].reason, "no such kernel");
	ck_assert_int_eq(result_exit_status(again), result_exit_status(r));
	result_free(again);
	/* part 4 of 3 is none, written or read */
	r->part.k = 4;
	ck_assert_int_ne(result_json_write(r, path, &err), 0);
	ck_assert_msg(strstr(err.text, "part") != NULL, "%s", err.text);
	unlink(path);
	result_free(r);
}
END_TEST

START_TEST(totals_add_up)
{
	cleanup_error struct error err = {0};
	struct result_totals t;
	struct result *r = NULL;

	ck_assert_int_eq(result_json_read(GOLDEN, &r, &err), 0);
	result_count(r, &t);
	ck_assert_uint_eq(t.cells, 16);
	ck_assert_uint_eq(t.as_expected, 8);
	ck_assert_uint_eq(t.unexpected, 3);
	ck_assert_uint_eq(t.verdicts[VERDICT_INFRA], 5);
	ck_assert_uint_eq(t.as_expected + t.unexpected + t.verdicts[VERDICT_INFRA], t.cells);
	ck_assert_uint_eq(t.disagreements, 1);
	ck_assert_uint_eq(t.truths_wrong, 2);
	ck_assert_int_eq(result_exit_status(r), EXIT_CONTRADICTION);
	result_free(r);
}
END_TEST

START_TEST(verdicts_have_text)
{
	cleanup_free char *rejected = result_verdict_text(VERDICT_REJECTED, CLASS_MAP_TYPE);
	cleanup_free char *unknown = result_verdict_text(VERDICT_REJECTED, CLASS_NONE);
	cleanup_free char *pass = result_verdict_text(VERDICT_PASS, CLASS_NONE);

	ck_assert_str_eq(rejected, "rejected:map-type");
	ck_assert_str_eq(unknown, "rejected");
	ck_assert_str_eq(pass, "pass");
}
END_TEST

START_TEST(evidence_is_counted)
{
	static const size_t counts[EVIDENCE_COUNT] = {
	        [EVIDENCE_TRUTH] = 12, [EVIDENCE_RAN] = 22, [EVIDENCE_LOADED] = 43, [EVIDENCE_UNKNOWN] = 1};
	static const size_t unknown[EVIDENCE_COUNT] = {[EVIDENCE_UNKNOWN] = 16};
	cleanup_buf struct buf line = {0}, none = {0};
	struct result_cell cell = {.verdict = VERDICT_UNPROVEN, .evidence = EVIDENCE_RAN};
	cleanup_free char *shown = result_cell_verdict(&cell);

	result_evidence_line(counts, &line);
	ck_assert_str_eq(buf_str(&line), "12 proven by values, 22 ran, 43 loaded alone, 1 of unknown evidence");
	result_evidence_line(unknown, &none);
	ck_assert_str_eq(buf_str(&none), "");
	ck_assert_str_eq(shown, "unproven (ran)");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(golden_survives_reading_and_writing),
	        TEST(golden_means_what_it_says),
	        EACH(numbers_stay_exact, exact_values),
	        EACH(strings_are_sanitised, strings),
	        TEST(a_document_cannot_smuggle_control_characters),
	        EACH(damage_is_named_with_its_place, damages),
	        TEST(every_cut_is_refused),
	        TEST(older_and_newer_writers_are_read),
	        TEST(evidence_is_kept_where_it_was_measured),
	        TEST(files_are_replaced_and_read),
	        EACH(the_highest_exit_status_wins, runs),
	        TEST(parts_and_skipped_rows_are_kept),
	        TEST(totals_add_up),
	        TEST(verdicts_have_text),
	        TEST(evidence_is_counted),
	};

	return suite_run("result_json", tests, COUNT(tests));
}
