/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_table.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/report_matrix.h"

#define MAX_LISTED 20 /* disagreements shown before "and N more" */

static const char colour_reset[] = "\033[0m";

struct view {
	const struct result *r;
	bool colour;
	struct buf *out;
};

/* One line of detail under an entry; nothing when there is nothing to say. */
static void add_detail(struct view *v, const char *label, const char *text)
{
	if (!*text)
		return;
	buf_printf(v->out, "      %s", label);
	text_add_line(v->out, text);
	buf_putc(v->out, '\n');
}

static void add_heading(struct view *v, const char *text)
{
	buf_printf(v->out, "\n%s%s%s\n", v->colour ? "\033[1m" : "", text, v->colour ? colour_reset : "");
}

static void add_place(struct view *v, const char *kernel, const char *object)
{
	buf_puts(v->out, "  ");
	text_add_line(v->out, kernel);
	if (*object) {
		buf_puts(v->out, " x ");
		text_add_line(v->out, object);
	}
}

static void add_unexpected(struct view *v)
{
	bool any = false;

	for (size_t i = 0; i < v->r->cell_count; i++) {
		const struct result_cell *c = &v->r->cells[i];
		cleanup_free char *verdict = result_cell_verdict(c);

		if (c->verdict == VERDICT_INFRA || c->as_expected)
			continue;
		if (!any)
			add_heading(v, "unexpected:");
		any = true;
		add_place(v, c->kernel, c->object);
		buf_printf(v->out, ": %s%s", verdict, *c->expected ? ", expected " : "");
		text_add_line(v->out, c->expected);
		buf_putc(v->out, '\n');
		add_detail(v, "", c->reason);
		add_detail(v, "to do: ", c->advice);
		add_detail(v, "reproduce: ", c->reproduce);
	}
}

static bool kernel_is_infra(const struct result *r, const char *id)
{
	for (size_t i = 0; i < r->kernel_count; i++) {
		if (r->kernels[i].infra && strcmp(r->kernels[i].id, id) == 0)
			return true;
	}
	return false;
}

/* The last attempt that failed, NULL when no VM was started. */
static const struct result_attempt *failed_attempt(const struct result_kernel *k)
{
	for (size_t a = k->attempt_count; a; a--)
		if (strcmp(k->attempts[a - 1].outcome, "ok"))
			return &k->attempts[a - 1];
	return NULL;
}

static void add_infra(struct view *v)
{
	bool any = false;

	for (size_t i = 0; i < v->r->kernel_count; i++) {
		const struct result_kernel *k = &v->r->kernels[i];
		const struct result_attempt *a = failed_attempt(k);

		if (!k->infra)
			continue;
		if (!any)
			add_heading(v, "not measured (infra):");
		any = true;
		add_place(v, k->id, "");
		buf_puts(v->out, ": ");
		text_add_line(v->out, *k->reason ? k->reason : "no reason was recorded");
		buf_putc(v->out, '\n');
		if (a && *a->console) {
			cleanup_free char *evidence = xasprintf("%s, and %s starts it again", a->console, a->script);

			add_detail(v, "see: ", evidence);
		}
	}
	for (size_t i = 0; i < v->r->cell_count; i++) {
		const struct result_cell *c = &v->r->cells[i];

		if (c->verdict != VERDICT_INFRA || kernel_is_infra(v->r, c->kernel))
			continue;
		if (!any)
			add_heading(v, "not measured (infra):");
		any = true;
		add_place(v, c->kernel, c->object);
		buf_puts(v->out, ": ");
		text_add_line(v->out, *c->reason ? c->reason : "no reason was recorded");
		buf_putc(v->out, '\n');
		add_detail(v, "see: ", c->log);
		add_detail(v, "reproduce: ", c->reproduce);
	}
}

static void add_disagreements(struct view *v, size_t total)
{
	size_t shown = 0;

	if (total)
		add_heading(v, "the harness contradicts itself:");
	for (size_t i = 0; i < v->r->cell_count; i++) {
		const struct result_cell *c = &v->r->cells[i];

		if (*c->disagreement && shown < MAX_LISTED) {
			shown++;
			add_place(v, c->kernel, c->object);
			buf_putc(v->out, '\n');
			add_detail(v, "", c->disagreement);
			add_detail(v, "reproduce: ", c->reproduce);
		}
		for (size_t k = 0; k < c->relocation_count && shown < MAX_LISTED; k++) {
			const struct result_relocation *x = &c->relocations[k];

			if (!*x->disagreement)
				continue;
			shown++;
			add_place(v, c->kernel, c->object);
			buf_puts(v->out, ": ");
			text_add_line(v->out, x->program);
			buf_printf(v->out, " instruction %u, ", x->insn);
			text_add_line(v->out, x->kind);
			buf_putc(v->out, ' ');
			text_add_line(v->out, x->spec);
			buf_putc(v->out, '\n');
			add_detail(v, "", x->disagreement);
			add_detail(v, "reproduce: ", c->reproduce);
		}
	}
	if (total > shown)
		buf_printf(v->out, "  and %zu more: see \"disagreement\" in results.json\n", total - shown);
}

/* What a reader should know of it though it is as expected. */
static bool has_note(const struct result_cell *c)
{
	return (c->verdict == VERDICT_PASS || c->verdict == VERDICT_UNPROVEN) && c->as_expected && *c->reason;
}

/* True when an earlier cell of the same object already carries the same note. */
static bool is_repeated(const struct result *r, size_t cell)
{
	for (size_t i = 0; i < cell; i++) {
		if (has_note(&r->cells[i]) && strcmp(r->cells[i].object, r->cells[cell].object) == 0 &&
		    strcmp(r->cells[i].reason, r->cells[cell].reason) == 0)
			return true;
	}
	return false;
}

static size_t count_same(const struct result *r, size_t cell)
{
	size_t same = 0;

	for (size_t i = 0; i < r->cell_count; i++)
		same += has_note(&r->cells[i]) && strcmp(r->cells[i].object, r->cells[cell].object) == 0 &&
		        strcmp(r->cells[i].reason, r->cells[cell].reason) == 0;
	return same;
}

/* An attempt that measured nothing more, beside others. */
static void add_failed_attempt(struct buf *notes, const struct result_kernel *k, size_t index)
{
	const struct result_attempt *a = &k->attempts[index];

	buf_puts(notes, "  ");
	text_add_line(notes, k->id);
	buf_printf(notes, " attempt %zu of %zu (", index + 1, k->attempt_count);
	text_add_line(notes, a->accel);
	buf_puts(notes, "): ");
	text_add_line(notes, a->outcome);
	if (*a->console) {
		buf_puts(notes, "; see ");
		text_add_line(notes, a->console);
	}
	buf_putc(notes, '\n');
}

/* What a reader should know though nothing is unexpected: passes with a reservation, and VMs that needed a retry. */
static void add_notes(struct view *v)
{
	const struct result *r = v->r;
	cleanup_buf struct buf notes = {0};

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct result_cell *c = &r->cells[i];

		if (!has_note(c) || is_repeated(r, i))
			continue;
		buf_puts(&notes, "  ");
		text_add_line(&notes, c->object);
		buf_puts(&notes, " on ");
		text_count(&notes, count_same(r, i), "kernel");
		buf_puts(&notes, ": ");
		text_add_line(&notes, c->reason);
		buf_putc(&notes, '\n');
	}
	for (size_t i = 0; i < r->kernel_count; i++) {
		const struct result_kernel *k = &r->kernels[i];

		for (size_t a = 0; k->attempt_count > 1 && a < k->attempt_count; a++)
			if (strcmp(k->attempts[a].outcome, "ok"))
				add_failed_attempt(&notes, k, a);
	}
	if (!notes.len)
		return;
	add_heading(v, "notes:");
	buf_puts(v->out, buf_str(&notes));
}

static void add_totals(struct view *v, const struct result_totals *t)
{
	const struct result *r = v->r;
	struct buf *out = v->out;
	size_t matrix = r->kernel_count * r->object_count;
	size_t absent = matrix > t->cells ? matrix - t->cells : 0, evidence;

	buf_putc(out, '\n');
	text_count(out, r->kernel_count, "kernel");
	buf_puts(out, ", ");
	text_count(out, t->cells + absent, "cell");
	buf_printf(out, ": %zu as expected, %zu unexpected, %zu infra; ", t->as_expected, t->unexpected,
	           t->verdicts[VERDICT_INFRA] + absent);
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

char *report_table(const struct result *r, bool colour)
{
	struct buf out = {0};
	struct view v = {.r = r, .colour = colour, .out = &out};
	struct result_totals totals;

	result_count(r, &totals);
	if (!r->complete)
		buf_puts(&out, "INCOMPLETE RUN: it was stopped before its end, or is still going on\n\n");
	report_matrix(r, colour, &out);
	add_unexpected(&v);
	add_infra(&v);
	add_disagreements(&v, totals.disagreements);
	add_notes(&v);
	add_totals(&v, &totals);
	return buf_steal(&out);
}
