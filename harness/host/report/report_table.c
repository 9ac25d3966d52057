/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_table.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_lines.h"
#include "host/report/report_matrix.h"
#include "host/result/circumstance_view.h"
#include "host/result/facet_view.h"

#define MAX_LISTED 20 /* contradictions shown before "and N more" */

struct page {
	const struct result_view *v;
	bool colour;
	struct buf *out;
};

/* One line of detail under an entry; nothing when there is nothing to say. */
static void add_detail(struct page *p, const char *label, const char *text)
{
	if (!*text)
		return;
	buf_printf(p->out, "      %s", label);
	text_add_line(p->out, text);
	buf_putc(p->out, '\n');
}

static void add_heading(struct page *p, const char *text)
{
	buf_printf(p->out, "\n%s%s%s\n", p->colour ? "\033[1m" : "", text, p->colour ? "\033[0m" : "");
}

/* A reason with values that are another kernel's elsewhere says whose they are. */
static void add_reason(struct page *p, const struct cause *c)
{
	cleanup_free char *label = c->varies ? xasprintf("on %s: ", c->kernel->id) : xstrdup("");

	add_detail(p, label, c->reason);
}

static void add_reproduce(struct page *p, const struct cause *c)
{
	if (c->cell)
		add_detail(p, "reproduce: ", c->cell->cell->reproduce);
}

/* "  6.1 and later x exec_identity" */
static void add_place(struct page *p, const struct cause *c)
{
	buf_puts(p->out, "  ");
	text_add_line(p->out, c->kernels);
	if (!c->cell)
		return;
	buf_puts(p->out, " x ");
	text_add_line(p->out, c->cell->cell->object);
}

static void add_unexpected(struct page *p, const struct cause *c)
{
	const struct result_cell *cell = c->cell->cell;

	add_place(p, c);
	buf_printf(p->out, ": %s%s", c->cell->verdict, *cell->expected ? ", expected " : "");
	text_add_line(p->out, cell->expected);
	buf_putc(p->out, '\n');
	add_reason(p, c);
	add_detail(p, "to do: ", cell->advice);
	add_reproduce(p, c);
}

static void add_infra(struct page *p, const struct cause *c)
{
	add_place(p, c);
	buf_puts(p->out, ": ");
	text_add_line(p->out, *c->reason ? c->reason : "no reason was recorded");
	buf_putc(p->out, '\n');
	add_detail(p, "see: ", c->see);
	add_reproduce(p, c);
}

static void add_contradiction(struct page *p, const struct cause *c)
{
	const struct result_relocation *x = c->relocation;

	add_place(p, c);
	if (x) {
		buf_puts(p->out, ": ");
		text_add_line(p->out, x->program);
		buf_printf(p->out, " instruction %u, ", x->insn);
		text_add_line(p->out, x->kind);
		buf_putc(p->out, ' ');
		text_add_line(p->out, x->spec);
	}
	buf_putc(p->out, '\n');
	add_reason(p, c);
	add_reproduce(p, c);
}

static void add_never_driven(struct page *p, const struct cause *c)
{
	add_place(p, c);
	buf_puts(p->out, ": ");
	text_add_line(p->out, c->reason);
	buf_putc(p->out, '\n');
}

static void add_note(struct page *p, const struct cause *c)
{
	buf_puts(p->out, "  ");
	text_add_line(p->out, c->cell->cell->object);
	buf_puts(p->out, " on ");
	text_count(p->out, c->kernel_count, "kernel");
	buf_puts(p->out, ": ");
	text_add_line(p->out, c->reason);
	buf_putc(p->out, '\n');
}

/* An attempt that measured nothing more, beside others. */
static void add_failed_attempt(struct page *p, const struct result_kernel *k, size_t index)
{
	const struct result_attempt *a = &k->attempts[index];

	buf_puts(p->out, "  ");
	text_add_line(p->out, k->id);
	buf_printf(p->out, " attempt %zu of %zu (", index + 1, k->attempt_count);
	text_add_line(p->out, a->accel);
	buf_puts(p->out, "): ");
	text_add_line(p->out, a->reason);
	if (*a->console) {
		buf_puts(p->out, "; see ");
		text_add_line(p->out, a->console);
	}
	buf_putc(p->out, '\n');
}

/* VMs that needed another attempt; `begun` tells whether there is a heading already. */
static void add_failed_attempts(struct page *p, const char *heading, bool begun)
{
	const struct result *r = p->v->r;

	for (size_t i = 0; i < r->kernel_count; i++) {
		const struct result_kernel *k = &r->kernels[i];

		for (size_t a = 0; k->attempt_count > 1 && a < k->attempt_count; a++) {
			if (!k->attempts[a].failed)
				continue;
			if (!begun)
				add_heading(p, heading);
			begun = true;
			add_failed_attempt(p, k, a);
		}
	}
}

static const struct {
	const char *heading;
	void (*add)(struct page *p, const struct cause *c);
	size_t max; /* causes that are listed, 0: all */
} topics[CAUSE_TOPIC_COUNT] = {
        [CAUSE_UNEXPECTED] = {"unexpected:", add_unexpected, 0},
        [CAUSE_UNMEASURED] = {"not measured (infra):", add_infra, 0},
        [CAUSE_CONTRADICTION] = {"the harness contradicts itself:", add_contradiction, MAX_LISTED},
        [CAUSE_NEVER_DRIVEN] = {"never driven, for nothing that was done fires these hooks:", add_never_driven, 0},
        [CAUSE_NOTE] = {"notes:", add_note, 0},
};

/* Returns whether there was any. */
static bool add_topic(struct page *p, enum cause_topic topic)
{
	size_t shown = 0, untold = 0;

	for (size_t i = 0; i < p->v->cause_count; i++) {
		const struct cause *c = &p->v->causes[i];

		if (c->topic != topic)
			continue;
		if (topics[topic].max && shown == topics[topic].max) {
			untold += c->cell_count;
			continue;
		}
		if (!shown++)
			add_heading(p, topics[topic].heading);
		topics[topic].add(p, c);
	}
	if (untold)
		buf_printf(p->out, "  and %zu more: see \"disagreement\" in results.json\n", untold);
	return shown > 0;
}

static void add_totals(struct page *p)
{
	const struct result *r = p->v->r;
	const struct result_totals *t = &p->v->totals;
	size_t missing = p->v->missing, evidence, reused;
	struct buf *out = p->out;

	buf_putc(out, '\n');
	text_count(out, r->kernel_count, "kernel");
	buf_puts(out, ", ");
	text_count(out, t->cells + missing, "cell");
	buf_printf(out, ": %zu as expected, %zu unexpected, %zu infra; ", t->as_expected, t->unexpected,
	           t->verdicts[VERDICT_INFRA] + missing);
	reused = out->len;
	result_reused_line(r, out);
	buf_puts(out, out->len > reused ? "; " : "");
	text_count(out, t->relocations, "relocation");
	buf_puts(out, " judged");
	if (t->compared)
		buf_printf(out, ", %zu of them compared with their prediction", t->compared);
	if (t->disagreements) {
		buf_puts(out, ", ");
		text_count(out, t->disagreements, "disagreement");
	}
	buf_puts(out, "; ");
	text_count(out, t->truths, "value");
	buf_printf(out, " compared with /proc, %zu of them differ; ", t->truths_wrong);
	evidence = out->len;
	result_evidence_line(t->evidence, out);
	buf_printf(out, "%s%.1f s\n", out->len > evidence ? "; " : "", r->elapsed_s);
}

static void add_skipped(struct page *p)
{
	const struct result *r = p->v->r;

	for (size_t i = 0; i < r->skipped_count; i++) {
		if (!i)
			add_heading(p, "optional, and skipped:");
		buf_puts(p->out, "  ");
		text_add_line(p->out, r->skipped[i].kernel);
		buf_puts(p->out, ": ");
		text_add_line(p->out, r->skipped[i].reason);
		buf_putc(p->out, '\n');
	}
}

/* What differs between builds, between versions of libbpf, between variants. */
static void add_facet(struct page *p, enum facet facet)
{
	cleanup_facet_view struct facet_view view;
	cleanup_free char *title = NULL, *heading = NULL;

	facet_view_make(p->v, facet, &view);
	if (!view.objects)
		return;
	title = facet_view_title(&view);
	heading = xasprintf("b%s:", title + 1);
	add_heading(p, heading);
	for (size_t i = 0; i < view.count; i++) {
		buf_puts(p->out, "  ");
		text_add_line(p->out, view.at[i].object);
		buf_puts(p->out, " on ");
		text_add_line(p->out, view.at[i].kernels);
		buf_puts(p->out, ": ");
		text_add_line(p->out, view.at[i].text);
		buf_putc(p->out, '\n');
	}
	buf_printf(p->out, "  %zu of ", view.alike);
	text_count(p->out, view.objects, "object");
	buf_puts(p->out, view.alike == 1 ? " is the same under each\n" : " are the same under each\n");
}

static void add_circumstances(struct page *p)
{
	cleanup_circumstance_view struct circumstance_view view;

	circumstance_view_make(p->v, &view);
	if (view.count)
		add_heading(p, "in other circumstances:");
	for (size_t i = 0; i < view.count; i++) {
		const struct circumstance_group *g = &view.groups[i];

		buf_printf(p->out, "  %s ", g->words);
		text_add_line(p->out, g->text);
		buf_putc(p->out, '\n');
		for (size_t k = 0; k < g->changes.count; k++)
			add_detail(p, "", g->changes.at[k]);
	}
}

/* A rule that nothing needs any more hides what it was not made for. */
static void add_unused_allowances(struct page *p)
{
	const struct strings *unused = &p->v->r->unused_allowances;

	for (size_t i = 0; i < unused->count; i++) {
		if (!i)
			add_heading(p, "allowed, and said by no kernel here:");
		buf_puts(p->out, "  ");
		text_add_line(p->out, unused->at[i]);
		buf_putc(p->out, '\n');
	}
}

static void add_tools(struct page *p)
{
	cleanup_buf struct buf line = {0};

	result_tools_line(p->v->r, &line);
	if (!line.len)
		return;
	text_add_line(p->out, buf_str(&line));
	buf_puts(p->out, "\n\n");
}

int report_table(const struct result_view *v, bool colour, struct buf *out)
{
	struct page p = {.v = v, .colour = colour, .out = out};

	if (!v->r->complete)
		buf_puts(out, "INCOMPLETE RUN: it was stopped before its end, or is still going on\n\n");
	if (v->r->part.n)
		buf_printf(out, "part %u of %u of the matrix\n\n", v->r->part.k, v->r->part.n);
	add_tools(&p);
	report_matrix(v, colour, out);
	for (enum facet facet = 0; facet < FACET_COUNT; facet++)
		add_facet(&p, facet);
	add_circumstances(&p);
	for (enum cause_topic topic = 0; topic < CAUSE_NOTE; topic++)
		add_topic(&p, topic);
	add_skipped(&p);
	add_unused_allowances(&p);
	add_failed_attempts(&p, topics[CAUSE_NOTE].heading, add_topic(&p, CAUSE_NOTE));
	report_lines(v, out);
	add_totals(&p);
	return 0;
}
