/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_junit.h"

#include <errno.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

/* What CI shows of a cell. */
enum outcome { OUTCOME_PASSED, OUTCOME_FAILURE, OUTCOME_ERROR };

/* A cell as a test case. */
struct test_case {
	const struct cell_view *view;
	enum outcome outcome;
	char *type;    /* of the failure or error */
	char *message; /* one line */
};

/* XML 1.0 has no place for most control characters, not even escaped; the rest libxml2 escapes. */
static char *clean(const char *text)
{
	struct buf out = {0};

	text_sanitise(&out, text, strlen(text));
	return buf_steal(&out);
}

static void attribute(xmlTextWriter *w, const char *name, const char *value)
{
	cleanup_free char *text = clean(value);

	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST text);
}

static void attribute_count(xmlTextWriter *w, const char *name, size_t value)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%zu", value);
}

static void attribute_seconds(xmlTextWriter *w, const char *name, double ms)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%.3f", ms > 0 ? ms / 1000 : 0);
}

static void element_text(xmlTextWriter *w, const char *name, const char *value)
{
	cleanup_free char *text = clean(value);

	xmlTextWriterStartElement(w, BAD_CAST name);
	xmlTextWriterWriteString(w, BAD_CAST text);
	xmlTextWriterEndElement(w);
}

static const struct result_relocation *first_disagreement(const struct result_cell *c)
{
	for (size_t i = 0; i < c->relocation_count; i++) {
		if (*c->relocations[i].disagreement)
			return &c->relocations[i];
	}
	return NULL;
}

/* What contradicts the rest of the cell, a relocation's first; NULL when nothing does. */
static char *contradiction_of(const struct result_cell *c)
{
	const struct result_relocation *r = first_disagreement(c);

	if (r)
		return xasprintf("%s: %s", r->spec, r->disagreement);
	return *c->disagreement ? xstrdup(c->disagreement) : NULL;
}

static char *with_reason(const char *text, const char *reason)
{
	return xasprintf("%s%s%s", text, *reason ? ": " : "", reason);
}

static struct test_case test_case_of(const struct result_kernel *k, const struct cell_view *v)
{
	const struct result_cell *c = v->cell;
	cleanup_free char *contradiction = c ? contradiction_of(c) : NULL, *text = NULL;
	struct test_case t = {.view = v, .outcome = OUTCOME_ERROR};

	if (contradiction) {
		t.type = xstrdup("disagreement");
		t.message = steal_ptr(contradiction);
	} else if (v->state == CELL_UNMEASURED) {
		t.type = xstrdup(verdict_name(VERDICT_INFRA));
		t.message = c ? xstrdup(c->reason) : with_reason(v->verdict, k->reason);
	} else if (v->state == CELL_UNEXPECTED) {
		t.outcome = OUTCOME_FAILURE;
		t.type = result_verdict_text(c->verdict, c->class);
		text = xasprintf("%s%s%s", v->verdict, *c->expected ? ", expected " : "", c->expected);
		t.message = with_reason(text, c->reason);
	} else {
		t.outcome = OUTCOME_PASSED;
	}
	return t;
}

static void free_test_case(struct test_case *t)
{
	free(t->type);
	free(t->message);
}

static void add_line(struct buf *out, const char *label, const char *text)
{
	if (*text)
		buf_printf(out, "%s: %s\n", label, text);
}

static void write_test_case(xmlTextWriter *w, const char *object, const struct result_kernel *k,
                            const struct test_case *t)
{
	const struct result_cell *c = t->view->cell;
	cleanup_buf struct buf body = {0};
	cleanup_free char *text = NULL;

	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "name", object);
	attribute(w, "classname", k->id);
	attribute_seconds(w, "time", c ? c->ms : 0);
	if (t->outcome != OUTCOME_PASSED) {
		add_line(&body, "reason", c ? c->reason : t->message);
		add_line(&body, "to do", c ? c->advice : "");
		add_line(&body, "log", c ? c->log : "");
		add_line(&body, "reproduce", c ? c->reproduce : "");
		text = clean(buf_str(&body));
		xmlTextWriterStartElement(w, BAD_CAST(t->outcome == OUTCOME_ERROR ? "error" : "failure"));
		attribute(w, "message", t->message);
		attribute(w, "type", t->type);
		xmlTextWriterWriteString(w, BAD_CAST text);
		xmlTextWriterEndElement(w);
	}
	if (c && *c->measured) {
		cleanup_free char *said = xasprintf("reused: measured %s", c->measured);

		element_text(w, "system-out", said);
	}
	xmlTextWriterEndElement(w);
}

static void property(xmlTextWriter *w, const char *name, const char *value)
{
	if (!*value)
		return;
	xmlTextWriterStartElement(w, BAD_CAST "property");
	attribute(w, "name", name);
	attribute(w, "value", value);
	xmlTextWriterEndElement(w);
}

/* How far the kernel's cells came. */
static char *evidence_of(const struct result_view *v, size_t kernel)
{
	size_t counts[EVIDENCE_COUNT] = {0};
	struct buf out = {0};

	for (size_t o = 0; o < v->r->object_count; o++) {
		const struct result_cell *c = result_view_cell(v, kernel, o)->cell;

		if (c && (unsigned)c->evidence < EVIDENCE_COUNT)
			counts[c->evidence]++;
	}
	result_evidence_line(counts, &out);
	return buf_steal(&out);
}

static void write_properties(xmlTextWriter *w, const struct result_view *v, size_t kernel)
{
	const struct result *r = v->r;
	const struct result_kernel *k = &r->kernels[kernel];
	cleanup_free char *evidence = evidence_of(v, kernel);
	const struct {
		const char *name, *value;
	} properties[] = {
	        {"release", k->release},
	        {"arch", k->arch},
	        {"package", k->package},
	        {"version", k->version},
	        {"image_sha256", k->image_sha256},
	        {"btf_sha256", k->btf_sha256},
	        {"accel", k->accel},
	        {"host", r->host.uname},
	        {"qemu", r->host.qemu},
	        {"libbpf", r->host.libbpf},
	        {"cc", r->host.cc},
	        {"clang", r->host.clang},
	        {"evidence", evidence},
	};

	xmlTextWriterStartElement(w, BAD_CAST "properties");
	for (size_t i = 0; i < sizeof(properties) / sizeof(*properties); i++)
		property(w, properties[i].name, properties[i].value);
	xmlTextWriterEndElement(w);
}

/* The schemas allow no time zone; `started` is UTC, "2026-01-02T03:04:05Z". */
static char *timestamp(const char *started)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	size_t i = 0;

	while (form[i] && (form[i] == 'd' ? started[i] >= '0' && started[i] <= '9' : started[i] == form[i]))
		i++;
	return form[i] ? xstrdup("1970-01-01T00:00:00") : xstrndup(started, i);
}

/* What passed with a reservation or failed as it should: worth reading, but no failure. */
static char *remarks(const struct result *r, const struct test_case *cases)
{
	struct buf out = {0};

	for (size_t i = 0; i < r->object_count; i++) {
		const struct cell_view *v = cases[i].view;
		const char *reason = cases[i].outcome == OUTCOME_PASSED ? v->cell->reason : "";

		if (cases[i].outcome == OUTCOME_PASSED && (v->state != CELL_PASS || *reason))
			buf_printf(&out, "%s: %s as expected%s%s\n", r->objects[i].name, v->verdict,
			           *reason ? ": " : "", reason);
		if (*v->never_driven)
			buf_printf(&out, "%s: never driven: %s\n", r->objects[i].name, v->never_driven);
	}
	return buf_steal(&out);
}

static void write_suite(xmlTextWriter *w, const struct result_view *v, size_t index)
{
	const struct result *r = v->r;
	const struct result_kernel *k = &r->kernels[index];
	cleanup_free struct test_case *cases = xcalloc(r->object_count + 1, sizeof(*cases));
	cleanup_free char *when = timestamp(r->started), *out = NULL;
	size_t failures = 0, errors = 0;

	for (size_t i = 0; i < r->object_count; i++) {
		cases[i] = test_case_of(k, result_view_cell(v, index, i));
		failures += cases[i].outcome == OUTCOME_FAILURE;
		errors += cases[i].outcome == OUTCOME_ERROR;
	}
	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	attribute(w, "name", k->id);
	attribute(w, "package", "corematrix");
	attribute_count(w, "id", index);
	attribute_count(w, "tests", r->object_count);
	attribute_count(w, "failures", failures);
	attribute_count(w, "errors", errors);
	attribute_seconds(w, "time", k->timing.total_ms);
	attribute(w, "timestamp", when);
	attribute(w, "hostname", "localhost");
	write_properties(w, v, index);
	for (size_t i = 0; i < r->object_count; i++)
		write_test_case(w, r->objects[i].name, k, &cases[i]);
	out = remarks(r, cases);
	element_text(w, "system-out", out);
	element_text(w, "system-err", k->infra ? k->reason : "");
	xmlTextWriterEndElement(w);
	for (size_t i = 0; i < r->object_count; i++)
		free_test_case(&cases[i]);
}

/* An optional row that was left out: a suite whose tests were skipped. */
static void write_skipped(xmlTextWriter *w, const struct result *r, size_t index)
{
	const struct result_skipped *s = &r->skipped[index];
	cleanup_free char *when = timestamp(r->started);

	xmlTextWriterStartElement(w, BAD_CAST "testsuite");
	attribute(w, "name", s->kernel);
	attribute(w, "package", "corematrix");
	attribute_count(w, "id", r->kernel_count + index);
	attribute_count(w, "tests", r->object_count);
	attribute_count(w, "failures", 0);
	attribute_count(w, "errors", 0);
	attribute_seconds(w, "time", 0);
	attribute(w, "timestamp", when);
	attribute(w, "hostname", "localhost");
	element_text(w, "properties", "");
	for (size_t i = 0; i < r->object_count; i++) {
		xmlTextWriterStartElement(w, BAD_CAST "testcase");
		attribute(w, "name", r->objects[i].name);
		attribute(w, "classname", s->kernel);
		attribute_seconds(w, "time", 0);
		xmlTextWriterStartElement(w, BAD_CAST "skipped");
		attribute(w, "message", s->reason);
		xmlTextWriterEndElement(w);
		xmlTextWriterEndElement(w);
	}
	element_text(w, "system-out", "");
	element_text(w, "system-err", "");
	xmlTextWriterEndElement(w);
}

int report_junit(const struct result_view *v, bool colour, struct buf *out)
{
	xmlBuffer *xml = xmlBufferCreate();
	xmlTextWriter *w = xml ? xmlNewTextWriterMemory(xml, 0) : NULL;
	int rc = -ENOMEM;

	(void)colour;
	if (w) {
		xmlTextWriterSetIndent(w, 1);
		xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
		xmlTextWriterStartElement(w, BAD_CAST "testsuites");
		for (size_t i = 0; i < v->r->kernel_count; i++)
			write_suite(w, v, i);
		for (size_t i = 0; i < v->r->skipped_count; i++)
			write_skipped(w, v->r, i);
		/* each call reports on what it wrote; the end closes, flushes and so finds what went wrong before */
		if (xmlTextWriterEndDocument(w) >= 0) {
			buf_puts(out, (const char *)xmlBufferContent(xml));
			rc = 0;
		}
	}
	xmlFreeTextWriter(w);
	xmlBufferFree(xml);
	return rc;
}
