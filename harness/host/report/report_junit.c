/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_junit.h"

#include <errno.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"

/* What CI shows of a cell. */
enum outcome { OUTCOME_PASSED, OUTCOME_FAILURE, OUTCOME_ERROR };

/* A cell as a test case; `cell` is NULL when it was not run. */
struct test_case {
	const struct result_cell *cell;
	const char *object;
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

static struct test_case test_case_of(const struct result_kernel *k, const char *object, const struct result_cell *c)
{
	struct test_case t = {.cell = c, .object = object};
	const struct result_relocation *contradiction = c ? first_disagreement(c) : NULL;
	cleanup_free char *shown = NULL;
	cleanup_buf struct buf message = {0};

	if (!c) {
		t.outcome = OUTCOME_ERROR;
		t.type = xstrdup(verdict_name(VERDICT_INFRA));
		buf_printf(&message, "not run%s%s", *k->reason ? ": " : "", k->reason);
	} else if (contradiction) {
		t.outcome = OUTCOME_ERROR;
		t.type = xstrdup("disagreement");
		buf_printf(&message, "%s: %s", contradiction->spec, contradiction->disagreement);
	} else if (*c->disagreement) {
		t.outcome = OUTCOME_ERROR;
		t.type = xstrdup("disagreement");
		buf_puts(&message, c->disagreement);
	} else if (c->verdict == VERDICT_INFRA) {
		t.outcome = OUTCOME_ERROR;
		t.type = xstrdup(verdict_name(VERDICT_INFRA));
		buf_puts(&message, c->reason);
	} else if (!c->as_expected) {
		t.outcome = OUTCOME_FAILURE;
		t.type = result_verdict_text(c->verdict, c->class);
		shown = result_cell_verdict(c);
		buf_printf(&message, "%s, expected %s%s%s", shown, c->expected, *c->reason ? ": " : "", c->reason);
	}
	t.message = buf_steal(&message);
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

static void write_test_case(xmlTextWriter *w, const struct result_kernel *k, const struct test_case *t)
{
	const struct result_cell *c = t->cell;
	cleanup_buf struct buf body = {0};
	cleanup_free char *text = NULL;

	xmlTextWriterStartElement(w, BAD_CAST "testcase");
	attribute(w, "name", t->object);
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
static char *evidence_of(const struct result *r, const struct result_kernel *k)
{
	size_t counts[EVIDENCE_COUNT] = {0};
	struct buf out = {0};

	for (size_t i = 0; i < r->cell_count; i++)
		if (!strcmp(r->cells[i].kernel, k->id) && (unsigned)r->cells[i].evidence < EVIDENCE_COUNT)
			counts[r->cells[i].evidence]++;
	result_evidence_line(counts, &out);
	return buf_steal(&out);
}

static void write_properties(xmlTextWriter *w, const struct result *r, const struct result_kernel *k)
{
	cleanup_free char *evidence = evidence_of(r, k);
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
static char *remarks(const struct test_case *cases, size_t count)
{
	struct buf out = {0};

	for (size_t i = 0; i < count; i++) {
		const struct result_cell *c = cases[i].cell;
		cleanup_free char *verdict = NULL;

		if (cases[i].outcome != OUTCOME_PASSED || (c->verdict == VERDICT_PASS && !*c->reason))
			continue;
		verdict = result_cell_verdict(c);
		buf_printf(&out, "%s: %s as expected%s%s\n", cases[i].object, verdict, *c->reason ? ": " : "",
		           c->reason);
	}
	return buf_steal(&out);
}

static void write_suite(xmlTextWriter *w, const struct result *r, size_t index)
{
	const struct result_kernel *k = &r->kernels[index];
	cleanup_free struct test_case *cases = xcalloc(r->object_count + 1, sizeof(*cases));
	cleanup_free char *when = timestamp(r->started), *out = NULL;
	size_t failures = 0, errors = 0;

	for (size_t i = 0; i < r->object_count; i++) {
		const char *object = r->objects[i].name;

		cases[i] = test_case_of(k, object, result_find_cell((struct result *)r, k->id, object));
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
	write_properties(w, r, k);
	for (size_t i = 0; i < r->object_count; i++)
		write_test_case(w, k, &cases[i]);
	out = remarks(cases, r->object_count);
	element_text(w, "system-out", out);
	element_text(w, "system-err", k->infra ? k->reason : "");
	xmlTextWriterEndElement(w);
	for (size_t i = 0; i < r->object_count; i++)
		free_test_case(&cases[i]);
}

char *report_junit(const struct result *r)
{
	xmlBuffer *out = xmlBufferCreate();
	xmlTextWriter *w = out ? xmlNewTextWriterMemory(out, 0) : NULL;
	char *text = NULL;

	if (w) {
		xmlTextWriterSetIndent(w, 1);
		xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
		xmlTextWriterStartElement(w, BAD_CAST "testsuites");
		for (size_t i = 0; i < r->kernel_count; i++)
			write_suite(w, r, i);
		/* each call reports on what it wrote; the end closes, flushes and so finds what went wrong before */
		if (xmlTextWriterEndDocument(w) >= 0)
			text = xstrdup((const char *)xmlBufferContent(out));
	}
	xmlFreeTextWriter(w);
	xmlBufferFree(out);
	return text;
}

int report_junit_write(const struct result *r, const char *path, struct error *err)
{
	cleanup_free char *text = report_junit(r);

	if (!text)
		return error_set(err, ENOMEM, "cannot write %s: libxml2 ran out of memory", path);
	return io_replace_file(path, text, strlen(text), err);
}
