/* SPDX-License-Identifier: BSD-2-Clause */
/* report_junit: what CI servers accept, whatever bytes a guest put into the result. */
#include <stdlib.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xpath.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_junit.h"
#include "host/result/result_json.h"
#include "tests/render.h"
#include "tests/suite.h"

#define GOLDEN "harness/tests/golden/run.json"
#define SCHEMA "harness/tests/golden/junit.xsd"

static xmlDoc *parse(const char *text)
{
	xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), "junit.xml", NULL, XML_PARSE_NONET);

	ck_assert_msg(doc != NULL, "not well-formed:\n%s", text);
	return doc;
}

/* 0 when `text` is valid, positive when not. */
static int validate(const char *text)
{
	xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt(SCHEMA);
	xmlSchema *schema = xmlSchemaParse(parser);
	xmlSchemaValidCtxt *valid;
	xmlDoc *doc = parse(text);
	int rc;

	ck_assert_msg(schema != NULL, "cannot read %s", SCHEMA);
	valid = xmlSchemaNewValidCtxt(schema);
	rc = xmlSchemaValidateDoc(valid, doc);
	xmlSchemaFreeValidCtxt(valid);
	xmlSchemaFree(schema);
	xmlSchemaFreeParserCtxt(parser);
	xmlFreeDoc(doc);
	return rc;
}

/* What an XPath expression comes to, as a string of the caller's. */
static char *ask(const char *text, const char *expression)
{
	xmlDoc *doc = parse(text);
	xmlXPathContext *context = xmlXPathNewContext(doc);
	xmlXPathObject *found = xmlXPathEvalExpression(BAD_CAST expression, context);
	xmlChar *value = xmlXPathCastToString(found);
	char *copy = xstrdup((const char *)value);

	xmlFree(value);
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return copy;
}

static struct result *read_golden(void)
{
	cleanup_error struct error err = {0};
	struct result *r = NULL;

	ck_assert_msg(result_json_read(GOLDEN, &r, &err) == 0, "%s", err.text);
	return r;
}

static const struct {
	const char *expression, *value;
} answers[] = {
        {"count(//testsuite)", "4"},
        {"count(//testcase)", "16"},
        {"count(//skipped)", "0"},
        {"count(//failure)", "3"},
        {"count(//error)", "6"},
        {"sum(//testsuite/@tests)", "16"},
        {"sum(//testsuite/@failures)", "3"},
        {"sum(//testsuite/@errors)", "6"},
        {"string(//testsuite[2]/@name)", "6.1-cloud"},
        {"string(//testsuite[2]/@timestamp)", "2026-03-01T12:34:56"},
        {"string(//testsuite[1]/@time)", "2.039"},
        {"string(//testcase[@classname='6.1-cloud'][@name='exec_identity']/failure/@type)", "wrong"},
        {"string(//testcase[@classname='6.1-cloud'][@name='missing_field']/failure/@type)", "rejected:helper"},
        {"string(//testcase[@classname='6.1-cloud'][@name='task_state']/error/@type)", "disagreement"},
        {"string(//testcase[@classname='6.1-rt'][1]/error/@type)", "infra"},
        {"count(//testcase[@classname='5.10-amd64']/*)", "0"},
        {"contains(//testcase[@classname='6.1-cloud'][1]/failure, 'reproduce: build/corematrix run')", "true"},
        {"contains(//testsuite[1]/system-out, 'missing_field: rejected:relocation as expected')", "true"},
        {"contains(//testsuite[3]/system-err, 'no hello within 15 s')", "true"},
        {"contains(//testcase[@classname='7.2-cloud'][@name='fixed_offset']/error, ' ]]> ')", "true"},
};

START_TEST(the_golden_run_is_told_rightly)
{
	struct result *r = read_golden();
	cleanup_free char *text = render(report_junit, r), *value = NULL;

	ck_assert_int_eq(validate(text), 0);
	value = ask(text, answers[_i].expression);
	ck_assert_msg(strcmp(value, answers[_i].value) == 0, "%s is \"%s\"", answers[_i].expression, value);
	result_free(r);
}
END_TEST

/* Bytes that XML cannot hold or would misread, and how they must come out of a parser. */
static const struct {
	const char *in, *out;
} hostile[] = {
        {"<b>&amp; \"quoted\" 'too'", "<b>&amp; \"quoted\" 'too'"},
        {"]]> ]]>", "]]> ]]>"},
        {"<![CDATA[x]]>", "<![CDATA[x]]>"},
        {"&#0; <!-- -- >", "&#0; <!-- -- >"},
        {"bell \a, escape \x1b[31m", "bell \\x07, escape \\x1b[31m"},
        {"bad utf-8 \xff\xc0\xaf", "bad utf-8 \\xff\\xc0\\xaf"},
        {"no character \xef\xbf\xbf", "no character \\xef\\xbf\\xbf"},
        {"Ж 漢 😀", "Ж 漢 😀"},
        {"two\nlines\tand a tab", "two\nlines\tand a tab"},
};

START_TEST(hostile_text_comes_out_right)
{
	struct result *r = read_golden();
	struct result_cell *c = result_find_cell(r, "6.1-cloud", "exec_identity");
	cleanup_free char *text = NULL, *message = NULL, *body = NULL, *want = NULL, *err = NULL;

	/* past text_set: the writer must not rely on it */
	free(c->reason);
	c->reason = xstrdup(hostile[_i].in);
	free(r->kernels[2].reason);
	r->kernels[2].reason = xstrdup(hostile[_i].in);
	text = render(report_junit, r);
	ck_assert_int_eq(validate(text), 0);
	want = xasprintf("wrong, expected pass: %s", hostile[_i].out);
	message = ask(text, "string(//testsuite[2]/testcase[1]/failure/@message)");
	ck_assert_str_eq(message, want);
	body = ask(text, "string(//testsuite[2]/testcase[1]/failure)");
	ck_assert_msg(strstr(body, hostile[_i].out) != NULL, "%s", body);
	err = ask(text, "string(//testsuite[3]/system-err)");
	ck_assert_str_eq(err, hostile[_i].out);
	result_free(r);
}
END_TEST

START_TEST(a_cell_that_was_not_run_is_an_error)
{
	struct result *r = read_golden();
	cleanup_free char *text = NULL, *type = NULL, *errors = NULL;

	text_set(&r->cells[0].kernel, "gone");
	text = render(report_junit, r);
	ck_assert_int_eq(validate(text), 0);
	type = ask(text, "string(//testsuite[1]/testcase[1]/error/@message)");
	errors = ask(text, "string(//testsuite[1]/@errors)");
	ck_assert_str_eq(type, "not run");
	ck_assert_str_eq(errors, "1");
	result_free(r);
}
END_TEST

START_TEST(an_optional_row_is_a_suite_of_skipped_tests)
{
	struct result *r = read_golden();
	cleanup_free char *text = NULL, *message = NULL, *errors = NULL;

	text_set(&result_add_skipped(r)->kernel, "9.9-cloud");
	text_set(&r->skipped[0].reason, "no such kernel");
	text = render(report_junit, r);
	ck_assert_int_eq(validate(text), 0);
	message = ask(text, "string(//testsuite[@name='9.9-cloud']/testcase[1]/skipped/@message)");
	errors = ask(text, "string(//testsuite[@name='9.9-cloud']/@errors)");
	ck_assert_str_eq(message, "no such kernel");
	ck_assert_str_eq(errors, "0");
	result_free(r);
}
END_TEST

START_TEST(an_empty_or_odd_run_is_valid)
{
	struct result *r = result_new();
	cleanup_free char *empty = render(report_junit, r), *odd = NULL, *when = NULL;

	ck_assert_int_eq(validate(empty), 0);
	text_set(&r->started, "yesterday");
	text_set(&result_add_kernel(r)->id, "k");
	r->kernels[0].timing.total_ms = -1;
	odd = render(report_junit, r);
	ck_assert_int_eq(validate(odd), 0);
	when = ask(odd, "string(//testsuite/@timestamp)");
	ck_assert_str_eq(when, "1970-01-01T00:00:00");
	result_free(r);
}
END_TEST

static void ignore_complaint(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

/* The schema has to be able to refuse, or the tests above prove nothing. */
static const char *const invalid[] = {
        "<testsuite/>",
        "<testsuites><testsuite/></testsuites>",
        "<testsuites><testcase/></testsuites>",
        "<testsuites name='x'/>",
};

START_TEST(the_schema_refuses)
{
	xmlSetGenericErrorFunc(NULL, ignore_complaint);
	ck_assert_int_gt(validate(invalid[_i]), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(the_golden_run_is_told_rightly, answers),
	        EACH(hostile_text_comes_out_right, hostile),
	        TEST(a_cell_that_was_not_run_is_an_error),
	        TEST(an_optional_row_is_a_suite_of_skipped_tests),
	        TEST(an_empty_or_odd_run_is_valid),
	        EACH(the_schema_refuses, invalid),
	};

	return suite_run("report_junit", tests, COUNT(tests));
}
