/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_markdown.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/result/circumstance_view.h"
#include "host/result/facet_view.h"

/* Text that no reason needs to be longer than; the whole one is in results.json. */
#define MAX_TEXT 2000
/* GitHub refuses a job's summary beyond 1 MiB: after this much, cells are counted and not told of. */
#define MAX_SUMMARY ((size_t)900 << 10)

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

static const struct {
	const char *icon;
	bool strong;
} faces[CELL_STATE_COUNT] = {
        [CELL_PASS] = {"✅", false},      [CELL_LESS] = {"☑️", false},      [CELL_FAILURE] = {"☑️", false},
        [CELL_UNEXPECTED] = {"❌", true}, [CELL_UNMEASURED] = {"⚠️", true},
};

static void add_face(struct buf *out, enum cell_state state, const char *verdict)
{
	const char *mark = faces[state].strong ? "**" : "";

	buf_printf(out, "%s %s", faces[state].icon, mark);
	add_text(out, verdict);
	buf_puts(out, mark);
}

static void add_strong(struct buf *out, const char *text)
{
	buf_puts(out, "**");
	add_text(out, text);
	buf_puts(out, "**");
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

static void add_cell(struct buf *out, const struct cell_view *c)
{
	buf_puts(out, "| ");
	add_face(out, c->state, c->verdict);
	/* a tilde would strike text out */
	buf_puts(out, c->cell && *c->cell->measured ? " &#126; " : " ");
}

static void add_kernels_down(struct buf *out, const struct result_view *v)
{
	const struct result *r = v->r;

	buf_puts(out, "| kernel | release ");
	for (size_t o = 0; o < r->object_count; o++)
		add_column(out, r->objects[o].name);
	buf_puts(out, "|\n");
	add_rule(out, r->object_count + 2);
	for (size_t k = 0; k < r->kernel_count; k++) {
		add_column(out, r->kernels[k].id);
		add_column(out, r->kernels[k].release);
		for (size_t o = 0; o < r->object_count; o++)
			add_cell(out, result_view_cell(v, k, o));
		buf_puts(out, "|\n");
	}
}

static void add_objects_down(struct buf *out, const struct result_view *v)
{
	const struct result *r = v->r;

	buf_puts(out, "| object ");
	for (size_t k = 0; k < r->kernel_count; k++)
		add_column(out, r->kernels[k].id);
	buf_puts(out, "|\n");
	add_rule(out, r->kernel_count + 1);
	for (size_t o = 0; o < r->object_count; o++) {
		add_column(out, r->objects[o].name);
		for (size_t k = 0; k < r->kernel_count; k++)
			add_cell(out, result_view_cell(v, k, o));
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

/* A reason with values that are another kernel's elsewhere says whose they are. */
static void add_reason(struct buf *out, const struct cause *c)
{
	cleanup_free char *title = c->varies ? xasprintf("On %s: ", c->kernel->id) : xstrdup("");

	add_line(out, title, c->reason);
}

static void add_cause(struct buf *out, const struct cause *c)
{
	const struct result_cell *cell = c->cell ? c->cell->cell : NULL;

	buf_puts(out, "- ");
	if (cell) {
		add_strong(out, cell->object);
		buf_puts(out, " on ");
	}
	add_strong(out, c->kernels);
	buf_puts(out, ": ");
	add_face(out, cell ? c->cell->state : CELL_UNMEASURED, cell ? c->cell->verdict : verdict_name(VERDICT_INFRA));
	buf_puts(out, cell && *cell->expected ? ", expected " : "");
	add_text(out, cell ? cell->expected : "");
	buf_putc(out, '\n');
	add_reason(out, c);
	add_line(out, "To do: ", cell ? cell->advice : "");
	add_line(out, "See: ", c->see);
	if (!cell || !*cell->reproduce)
		return;
	buf_puts(out, "  <br><code>");
	add_text(out, cell->reproduce);
	buf_puts(out, "</code>\n");
}

static void add_unexpected(struct buf *out, const struct result_view *v)
{
	size_t start = out->len, untold = 0;

	for (size_t i = 0; i < v->cause_count; i++) {
		const struct cause *c = &v->causes[i];

		if (c->topic != CAUSE_UNEXPECTED && c->topic != CAUSE_UNMEASURED)
			continue;
		if (start == out->len)
			buf_puts(out, "\n### Not as expected\n\n");
		if (out->len < MAX_SUMMARY)
			add_cause(out, c);
		else
			untold += c->cell_count;
	}
	if (untold)
		buf_printf(out, "\n… and %zu more: see results.json.\n", untold);
}

static void add_never_driven(struct buf *out, const struct result_view *v)
{
	size_t start = out->len;

	for (size_t i = 0; i < v->cause_count && out->len < MAX_SUMMARY; i++) {
		const struct cause *c = &v->causes[i];

		if (c->topic != CAUSE_NEVER_DRIVEN)
			continue;
		if (start == out->len)
			buf_puts(out, "\n### Never driven\n\nNothing that was done fires these hooks.\n\n");
		buf_puts(out, "- ");
		add_strong(out, c->cell->cell->object);
		buf_puts(out, " on ");
		add_strong(out, c->kernels);
		buf_puts(out, ": ");
		add_text(out, c->reason);
		buf_putc(out, '\n');
	}
}

static void add_title(struct buf *out, const struct result_view *v)
{
	const struct result *r = v->r;
	const struct result_totals *t = &v->totals;
	cleanup_buf struct buf tools = {0};
	size_t unmeasured = t->verdicts[VERDICT_INFRA] + v->missing, before;

	buf_puts(out, "## corematrix: ");
	if (r->part.n)
		buf_printf(out, "part %u of %u, ", r->part.k, r->part.n);
	if (!r->complete)
		buf_puts(out, "not finished, ");
	if (t->disagreements)
		buf_printf(out, "the harness contradicts itself about %zu relocations, ", t->disagreements);
	if (t->unexpected + unmeasured == 0)
		buf_puts(out, "all as expected\n\n");
	else
		buf_printf(out, "%zu of %zu cells not as expected, %zu not measured\n\n", t->unexpected,
		           t->cells + v->missing, unmeasured);
	text_count(out, r->object_count, "object");
	buf_puts(out, " on ");
	text_count(out, r->kernel_count, "kernel");
	buf_printf(out, ", %zu relocations judged, %zu values compared with the truth, %.0f s\n\n", t->relocations,
	           t->truths, r->elapsed_s);
	before = out->len;
	result_reused_line(r, out);
	buf_puts(out, out->len > before ? " (&#126;)\n\n" : "");
	result_tools_line(r, &tools);
	add_text(out, buf_str(&tools));
	buf_puts(out, tools.len ? "\n\n" : "");
}

static void add_forecasts(struct buf *out, const struct result_view *v)
{
	if (v->forecast_count)
		buf_puts(out, "\n### Predicted from types alone, not measured\n\n");
	for (size_t i = 0; i < v->forecast_count && out->len < MAX_SUMMARY; i++) {
		const struct result_forecast *f = v->forecasts[i].forecast;

		buf_puts(out, "- ");
		add_strong(out, f->object);
		buf_puts(out, " on ");
		add_strong(out, v->forecasts[i].kernels);
		buf_puts(out, ": ");
		add_text(out, f->predicted);
		buf_putc(out, '\n');
		add_line(out, "", f->reason);
	}
}

/* What differs between builds, between versions of libbpf, between variants. */
static void add_facet(struct buf *out, const struct result_view *v, enum facet facet)
{
	cleanup_facet_view struct facet_view view;
	cleanup_free char *title = NULL;
	size_t i = 0;

	facet_view_make(v, facet, &view);
	if (!view.objects)
		return;
	title = facet_view_title(&view);
	buf_printf(out, "\n### %s\n\n", title);
	for (; i < view.count && out->len < MAX_SUMMARY; i++) {
		buf_puts(out, "- ");
		add_strong(out, view.at[i].object);
		buf_puts(out, " on ");
		add_strong(out, view.at[i].kernels);
		buf_puts(out, ": ");
		add_text(out, view.at[i].text);
		buf_putc(out, '\n');
	}
	if (i < view.count)
		buf_printf(out, "\n… and %zu more: see matrix.txt.\n", view.count - i);
	buf_printf(out, "\n%zu of ", view.alike);
	text_count(out, view.objects, "object");
	buf_puts(out, view.alike == 1 ? " is the same under each.\n" : " are the same under each.\n");
}

static void add_circumstances(struct buf *out, const struct result_view *v)
{
	cleanup_circumstance_view struct circumstance_view view;

	circumstance_view_make(v, &view);
	if (view.count)
		buf_puts(out, "\n### In other circumstances\n\n");
	for (size_t i = 0; i < view.count && out->len < MAX_SUMMARY; i++) {
		const struct circumstance_group *g = &view.groups[i];

		buf_puts(out, "- ");
		add_strong(out, g->words);
		buf_putc(out, ' ');
		add_text(out, g->text);
		buf_putc(out, '\n');
		for (size_t k = 0; k < g->changes.count && out->len < MAX_SUMMARY; k++) {
			buf_puts(out, "  - ");
			add_text(out, g->changes.at[k]);
			buf_putc(out, '\n');
		}
	}
}

static void add_skipped(struct buf *out, const struct result *r)
{
	if (r->skipped_count)
		buf_puts(out, "\n### Optional, and skipped\n\n");
	for (size_t i = 0; i < r->skipped_count && out->len < MAX_SUMMARY; i++) {
		buf_puts(out, "- **");
		add_text(out, r->skipped[i].kernel);
		buf_puts(out, "**: ");
		add_text(out, r->skipped[i].reason);
		buf_putc(out, '\n');
	}
}

static void add_unused_allowances(struct buf *out, const struct result *r)
{
	if (r->unused_allowances.count)
		buf_puts(out, "\n### Allowed, and said by no kernel here\n\n");
	for (size_t i = 0; i < r->unused_allowances.count && out->len < MAX_SUMMARY; i++) {
		buf_puts(out, "- ");
		add_text(out, r->unused_allowances.at[i]);
		buf_putc(out, '\n');
	}
}

static void add_evidence(struct buf *out, const struct result_view *v)
{
	cleanup_buf struct buf line = {0};

	result_evidence_line(v->totals.evidence, &line);
	if (line.len)
		buf_printf(out, "\n%s\n", buf_str(&line));
}

int report_markdown(const struct result_view *v, bool colour, struct buf *out)
{
	(void)colour;
	add_title(out, v);
	if (v->r->object_count > v->r->kernel_count)
		add_objects_down(out, v);
	else
		add_kernels_down(out, v);
	for (enum facet facet = 0; facet < FACET_COUNT; facet++)
		add_facet(out, v, facet);
	add_circumstances(out, v);
	add_unexpected(out, v);
	add_never_driven(out, v);
	add_forecasts(out, v);
	add_skipped(out, v->r);
	add_unused_allowances(out, v->r);
	add_evidence(out, v);
	buf_putc(out, '\n');
	return 0;
}
