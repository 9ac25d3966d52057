/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_markdown.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"

/* Text that no reason needs to be longer than; the whole one is in results.json. */
#define MAX_TEXT 2000

/* Append `text` on one line; what Markdown or HTML would read as markup becomes a character reference. */
static void add_text(struct buf *out, const char *text)
{
	static const char markup[] = "&<>*`[]|\\~#!_@:";
	cleanup_buf struct buf line = {0};
	const char *s;

	text_add_line(&line, text);
	s = buf_str(&line);
	for (size_t i = 0; s[i]; i++) {
		bool in_word = i && isalnum((unsigned char)s[i - 1]) && isalnum((unsigned char)s[i + 1]);

		/* no emphasis within a word; and a colon only matters where :a-name: makes an emoji or :// a link */
		if (strchr(markup, s[i]) && !(s[i] == '_' && in_word) && !(s[i] == ':' && s[i + 1] == ' '))
			buf_printf(out, "&#%u;", (unsigned char)s[i]);
		else
			buf_putc(out, s[i]);
		/* not within a UTF-8 sequence: its continuation bytes are 10xxxxxx */
		if (i >= MAX_TEXT && ((unsigned char)s[i + 1] & 0xc0) != 0x80) {
			buf_puts(out, s[i + 1] ? " …" : "");
			return;
		}
	}
}

static bool is_unexpected(const struct result_cell *c)
{
	return !c || c->verdict == VERDICT_INFRA || !c->as_expected;
}

static void add_face(struct buf *out, const struct result_cell *c)
{
	cleanup_free char *verdict = c ? result_cell_verdict(c) : xstrdup("not run");

	if (is_unexpected(c)) {
		buf_puts(out, !c || c->verdict == VERDICT_INFRA ? "⚠️ **" : "❌ **");
		add_text(out, verdict);
		buf_puts(out, "**");
		return;
	}
	buf_puts(out, c->verdict == VERDICT_PASS ? "✅ " : "☑️ ");
	add_text(out, verdict);
}

static const struct result_cell *find_cell(const struct result *r, size_t kernel, size_t object)
{
	return result_find_cell((struct result *)r, r->kernels[kernel].id, r->objects[object].name);
}

static void add_rule(struct buf *out, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		buf_puts(out, "| --- ");
	buf_puts(out, "|\n");
}

static void add_column(struct buf *out, const char *text)
{
	buf_puts(out, "| ");
	add_text(out, text);
	buf_putc(out, ' ');
}

static void add_kernels_down(struct buf *out, const struct result *r)
{
	buf_puts(out, "| kernel | release ");
	for (size_t o = 0; o < r->object_count; o++)
		add_column(out, r->objects[o].name);
	buf_puts(out, "|\n");
	add_rule(out, r->object_count + 2);
	for (size_t k = 0; k < r->kernel_count; k++) {
		add_column(out, r->kernels[k].id);
		add_column(out, r->kernels[k].release);
		for (size_t o = 0; o < r->object_count; o++) {
			buf_puts(out, "| ");
			add_face(out, find_cell(r, k, o));
			buf_putc(out, ' ');
		}
		buf_puts(out, "|\n");
	}
}

static void add_objects_down(struct buf *out, const struct result *r)
{
	buf_puts(out, "| object ");
	for (size_t k = 0; k < r->kernel_count; k++)
		add_column(out, r->kernels[k].id);
	buf_puts(out, "|\n");
	add_rule(out, r->kernel_count + 1);
	for (size_t o = 0; o < r->object_count; o++) {
		add_column(out, r->objects[o].name);
		for (size_t k = 0; k < r->kernel_count; k++) {
			buf_puts(out, "| ");
			add_face(out, find_cell(r, k, o));
			buf_putc(out, ' ');
		}
		buf_puts(out, "|\n");
	}
}

static void add_line(struct buf *out, const char *title, const char *text)
{
	if (!*text)
		return;
	buf_printf(out, "  <br>%s", title);
	add_text(out, text);
	buf_putc(out, '\n');
}

static void add_cell(struct buf *out, const struct result_cell *c)
{
	buf_puts(out, "- **");
	add_text(out, c->object);
	buf_puts(out, "** on **");
	add_text(out, c->kernel);
	buf_puts(out, "**: ");
	add_face(out, c);
	if (*c->expected) {
		buf_puts(out, ", expected ");
		add_text(out, c->expected);
	}
	buf_putc(out, '\n');
	add_line(out, "", c->reason);
	add_line(out, "To do: ", c->advice);
	if (!*c->reproduce)
		return;
	buf_puts(out, "  <br><code>");
	add_text(out, c->reproduce);
	buf_puts(out, "</code>\n");
}

static void add_unexpected(struct buf *out, const struct result *r)
{
	size_t start = out->len, untold = 0;

	for (size_t i = 0; i < r->cell_count; i++) {
		if (!is_unexpected(&r->cells[i]))
			continue;
		if (start == out->len)
			buf_puts(out, "\n### Not as expected\n\n");
		if (out->len < REPORT_MARKDOWN_MAX)
			add_cell(out, &r->cells[i]);
		else
			untold++;
	}
	if (untold)
		buf_printf(out, "\n… and %zu more: see results.json.\n", untold);
}

static void add_title(struct buf *out, const struct result *r)
{
	size_t wanted = r->kernel_count * r->object_count, missing;
	struct result_totals t;

	result_count(r, &t);
	missing = wanted > t.cells ? wanted - t.cells : 0;
	buf_puts(out, "## corematrix: ");
	if (!r->complete)
		buf_puts(out, "not finished, ");
	if (t.disagreements)
		buf_printf(out, "the harness contradicts itself about %zu relocations, ", t.disagreements);
	if (t.unexpected + t.verdicts[VERDICT_INFRA] + missing == 0)
		buf_puts(out, "all as expected\n\n");
	else
		buf_printf(out, "%zu of %zu cells not as expected, %zu not measured\n\n", t.unexpected,
		           t.cells + missing, t.verdicts[VERDICT_INFRA] + missing);
	text_count(out, r->object_count, "object");
	buf_puts(out, " on ");
	text_count(out, r->kernel_count, "kernel");
	buf_printf(out, ", %zu relocations judged, %zu values compared with the truth, %.0f s\n\n", t.relocations,
	           t.truths, r->elapsed_s);
}

static void add_forecasts(struct buf *out, const struct result *r)
{
	if (r->forecast_count)
		buf_puts(out, "\n### Predicted from types alone, not measured\n\n");
	for (size_t i = 0; i < r->forecast_count && out->len < REPORT_MARKDOWN_MAX; i++) {
		buf_puts(out, "- **");
		add_text(out, r->forecasts[i].object);
		buf_puts(out, "** on **");
		add_text(out, r->forecasts[i].kernel);
		buf_puts(out, "**: ");
		add_text(out, r->forecasts[i].predicted);
		buf_putc(out, '\n');
		add_line(out, "", r->forecasts[i].reason);
	}
}

static void add_evidence(struct buf *out, const struct result *r)
{
	cleanup_buf struct buf line = {0};
	struct result_totals t;

	result_count(r, &t);
	result_evidence_line(t.evidence, &line);
	if (line.len)
		buf_printf(out, "\n%s\n", buf_str(&line));
}

void report_markdown(const struct result *r, struct buf *out)
{
	add_title(out, r);
	if (r->object_count > r->kernel_count)
		add_objects_down(out, r);
	else
		add_kernels_down(out, r);
	add_unexpected(out, r);
	add_forecasts(out, r);
	add_evidence(out, r);
	buf_putc(out, '\n');
}

int report_markdown_append(const struct result *r, const char *path, struct error *err)
{
	cleanup_close int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	cleanup_buf struct buf text = {0};
	int rc = fd < 0 ? -errno : 0;

	report_markdown(r, &text);
	rc = rc ? rc : io_write_all(fd, text.data, text.len);
	return rc ? error_set(err, -rc, "%s: cannot append the summary: %s", path, strerror(-rc)) : 0;
}
