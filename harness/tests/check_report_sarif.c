/* SPDX-License-Identifier: BSD-2-Clause */
/* report_sarif: what is a finding, where it is, how bad, and that one finding has all its kernels. Whether it is SARIF
 * is looked at by a validator in harness/tests/page. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_sarif.h"
#include "tests/render.h"
#include "tests/suite.h"

static const char *const kernels[] = {"5.10", "6.1", "6.12"};

/* An object on three kernels, as expected on all. */
static struct result *make(void)
{
	struct result *r = result_new();
	struct result_object *o = result_add_object(r);

	text_set(&o->name, "probe");
	text_set(&o->path, "out dir/probe.bpf.o");
	for (size_t k = 0; k < COUNT(kernels); k++) {
		struct result_cell *c = result_add_cell(r);

		text_set(&result_add_kernel(r)->id, kernels[k]);
		text_set(&c->kernel, kernels[k]);
		text_set(&c->object, "probe");
		text_set(&c->expected, "pass");
		c->as_expected = true;
	}
	return r;
}

static void relocate(struct result_cell *c, enum relo_outcome outcome, const char *source)
{
	struct result_relocation *x = result_add_relocation(c);

	text_set(&x->program, "on_exec");
	text_set(&x->spec, "struct task_struct.x");
	text_set(&x->kind, "byte_off");
	text_set(&x->source, source);
	x->outcome = outcome;
}

/* "LEVEL RULE URI:LINE TEXT" of each finding. */
static char *findings(struct result *r)
{
	cleanup_free char *text = render(report_sarif, r);
	json_t *root = json_loads(text, 0, NULL), *results;
	struct buf out = {0};

	ck_assert_ptr_nonnull(root);
	results = json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results");
	for (size_t i = 0; i < json_array_size(results); i++) {
		const char *level, *rule, *uri, *said;
		int line = 0;

		ck_assert_int_eq(json_unpack(json_array_get(results, i),
		                             "{s:s, s:s, s:{s:s}, s:[{s:{s:{s:s}, s?{s:i}}}]}", "level", &level,
		                             "ruleId", &rule, "message", "text", &said, "locations", "physicalLocation",
		                             "artifactLocation", "uri", &uri, "region", "startLine", &line),
		                 0);
		buf_printf(&out, "%s %s %s:%d %s\n", level, rule, uri, line, said);
	}
	json_decref(root);
	result_free(r);
	return buf_steal(&out);
}

START_TEST(a_line_that_fails_is_marked_once_for_all_its_kernels)
{
	struct result *r = make();
	cleanup_free char *text = NULL;

	for (size_t k = 1; k < 3; k++) {
		r->cells[k].verdict = VERDICT_REJECTED;
		r->cells[k].class = CLASS_RELOCATION;
		r->cells[k].as_expected = false;
		relocate(&r->cells[k], RELO_FATAL, "progs/a b.bpf.c:21");
	}
	relocate(&r->cells[0], RELO_MOVED, "progs/a b.bpf.c:21");
	text = findings(r);
	ck_assert_str_eq(
	        text,
	        "error relocation-fatal progs/a%20b.bpf.c:21 probe, program on_exec: `struct task_struct.x` (byte_off) is fatal on 6.1 and later\n");
}
END_TEST

START_TEST(what_is_expected_is_a_note)
{
	struct result *r = make();
	cleanup_free char *text = NULL;

	relocate(&r->cells[0], RELO_DRIFT, "/home/me/a.c:3");
	relocate(&r->cells[1], RELO_GUARDED, "/home/me/a.c:4");
	text = findings(r);
	ck_assert_str_eq(
	        text,
	        "note relocation-drift file:///home/me/a.c:3 probe, program on_exec: `struct task_struct.x` (byte_off) is drift on 5.10\n");
}
END_TEST

START_TEST(a_cell_without_a_bad_relocation_is_at_its_object)
{
	struct result *r = make();
	cleanup_free char *text = NULL;

	r->cells[2].verdict = VERDICT_WRONG;
	r->cells[2].as_expected = false;
	text_set(&r->cells[2].reason, "comm is \"\"");
	text = findings(r);
	ck_assert_str_eq(text,
	                 "error cell out%20dir/probe.bpf.o:0 probe: wrong, expected pass: comm is \"\" on 6.12\n");
}
END_TEST

START_TEST(nothing_wrong_is_no_finding)
{
	cleanup_free char *text = findings(make());

	ck_assert_str_eq(text, "");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_line_that_fails_is_marked_once_for_all_its_kernels),
	        TEST(what_is_expected_is_a_note),
	        TEST(a_cell_without_a_bad_relocation_is_at_its_object),
	        TEST(nothing_wrong_is_no_finding),
	};

	return suite_run("report_sarif", tests, COUNT(tests));
}
