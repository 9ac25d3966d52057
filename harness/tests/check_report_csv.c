/* SPDX-License-Identifier: BSD-2-Clause */
/* report_csv: a line for each cell of the matrix, quoted so that any name is one field. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_csv.h"
#include "tests/render.h"
#include "tests/suite.h"

START_TEST(each_cell_has_a_line)
{
	struct result *r = result_new();
	cleanup_free char *text = NULL;
	struct result_truth *t;
	struct result_cell *c;

	text_set(&result_add_object(r)->name, "a \"b\", c");
	text_set(&result_add_kernel(r)->id, "6.1");
	text_set(&result_add_kernel(r)->id, "6.12");
	c = result_add_cell(r);
	text_set(&c->kernel, "6.1");
	text_set(&c->object, "a \"b\", c");
	text_set(&c->expected, "pass");
	text_set(&c->reason, "two\nlines");
	c->verdict = VERDICT_WRONG;
	c->evidence = EVIDENCE_TRUTH;
	c->events = UINT64_MAX;
	t = result_add_truth(c);
	t = result_add_truth(c);
	t->ok = true;
	text_set(&result_add_relocation(c)->disagreement, "x");
	text = render(report_csv, r);
	ck_assert_str_eq(
	        text,
	        "kernel,release,arch,flavour,object,verdict,class,evidence,expected,as_expected,predicted,programs,relocations,disagreements,values,values_wrong,events,lost,measured,reason,advice\n"
	        "\"6.1\",\"\",\"\",\"\",\"a \"\"b\"\", c\",\"wrong\",\"\",\"truth\",\"pass\",0,\"\",0,1,1,2,1,18446744073709551615,0,\"\",\"two\nlines\",\"\"\n"
	        "\"6.12\",\"\",\"\",\"\",\"a \"\"b\"\", c\",\"not run\",\"\",\"\",\"\",0,\"\",0,0,0,0,0,0,0,\"\",\"\",\"\"\n");
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {TEST(each_cell_has_a_line)};

	return suite_run("report_csv", tests, COUNT(tests));
}
