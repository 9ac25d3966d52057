/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/arch/arch.h"
#include "host/lib/text.h"

#define GAP 2
#define MAX_WIDTH 160

/* ---- the matrix ---- */

static size_t widest(size_t width, const char *text)
{
	size_t w = text_width(text);

	return w > width ? w : width;
}

static size_t object_width(const struct prediction *p, size_t object)
{
	size_t width = text_width(p->objects[object].name);

	for (size_t k = 0; k < p->kernel_count; k++) {
		cleanup_free char *text = predict_cell_text(prediction_cell(p, k, object));

		width = widest(width, text);
	}
	return width;
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_putc(out, '\n');
}

static void add_line(struct buf *out, const char *name, size_t width)
{
	cleanup_buf struct buf clean = {0};

	text_add_line(&clean, name);
	text_pad(out, buf_str(&clean), width);
}

static void add_block(const struct prediction *p, const size_t *widths, size_t id_width, size_t first, size_t end,
                      struct buf *out)
{
	text_pad(out, "kernel", id_width + GAP);
	for (size_t o = first; o < end; o++)
		add_line(out, p->objects[o].name, widths[o] + GAP);
	end_line(out);
	for (size_t k = 0; k < p->kernel_count; k++) {
		add_line(out, p->kernels[k].id, id_width + GAP);
		for (size_t o = first; o < end; o++) {
			cleanup_free char *text = predict_cell_text(prediction_cell(p, k, o));

			text_pad(out, text, widths[o] + GAP);
		}
		end_line(out);
	}
}

static void add_matrix(const struct prediction *p, struct buf *out)
{
	cleanup_free size_t *widths = xcalloc(p->object_count, sizeof(*widths));
	size_t id_width = strlen("kernel");

	for (size_t k = 0; k < p->kernel_count; k++)
		id_width = widest(id_width, p->kernels[k].id);
	for (size_t o = 0; o < p->object_count; o++)
		widths[o] = object_width(p, o);
	for (size_t first = 0, end; first < p->object_count; first = end) {
		size_t width = id_width + GAP;

		for (end = first; end < p->object_count; end++) {
			width += widths[end] + GAP;
			if (width > MAX_WIDTH && end > first)
				break;
		}
		if (first)
			buf_putc(out, '\n');
		add_block(p, widths, id_width, first, end, out);
	}
}

/* ---- why ---- */

static bool needs_reason(const struct predict_cell *c)
{
	return c->forecast >= FORECAST_WRONG || c->forecast == FORECAST_NONE;
}

static bool is_same(const struct predict_cell *a, const struct predict_cell *b)
{
	return a->forecast == b->forecast && a->class == b->class && !strcmp(a->reason, b->reason);
}

/* Kernels with the same answer share a line; it stands where the first of them is. */
static bool is_repeated(const struct prediction *p, size_t kernel, size_t object)
{
	for (size_t k = 0; k < kernel; k++)
		if (is_same(prediction_cell(p, k, object), prediction_cell(p, kernel, object)))
			return true;
	return false;
}

static void add_kernels(const struct prediction *p, size_t first, size_t object, struct buf *out)
{
	const struct predict_cell *c = prediction_cell(p, first, object);
	size_t count = 0;

	for (size_t k = first; k < p->kernel_count; k++)
		count += is_same(prediction_cell(p, k, object), c);
	if (count == p->kernel_count && count > 1) {
		buf_puts(out, "all kernels");
		return;
	}
	for (size_t k = first, n = 0; k < p->kernel_count; k++) {
		if (!is_same(prediction_cell(p, k, object), c))
			continue;
		buf_puts(out, n++ ? ", " : "");
		text_add_line(out, p->kernels[k].id);
	}
}

static void add_reasons(const struct prediction *p, struct buf *out)
{
	bool any = false;

	for (size_t o = 0; o < p->object_count; o++)
		for (size_t k = 0; k < p->kernel_count; k++) {
			const struct predict_cell *c = prediction_cell(p, k, o);
			cleanup_free char *text = predict_cell_text(c);

			if (!needs_reason(c) || is_repeated(p, k, o))
				continue;
			buf_puts(out, any ? "  " : "\nwhy:\n  ");
			any = true;
			text_add_line(out, p->objects[o].name);
			buf_puts(out, " on ");
			add_kernels(p, k, o, out);
			buf_printf(out, ": %s\n      ", text);
			text_add_line(out, c->reason);
			buf_putc(out, '\n');
		}
}

static void add_totals(const struct prediction *p, struct buf *out)
{
	size_t counts[FORECAST_COUNT] = {0}, relocations = 0;

	for (size_t i = 0; i < p->kernel_count * p->object_count; i++) {
		counts[p->cells[i].forecast < FORECAST_COUNT ? p->cells[i].forecast : FORECAST_NONE]++;
		relocations += p->cells[i].outcome_count;
	}
	buf_putc(out, '\n');
	text_count(out, p->kernel_count, "kernel");
	buf_puts(out, ", ");
	text_count(out, p->object_count, "object");
	buf_puts(out, ": ");
	for (size_t f = FORECAST_COUNT; f-- > FORECAST_NONE + 1;)
		buf_printf(out, "%zu %s, ", counts[f], forecast_name((enum forecast)f));
	buf_printf(out, "%zu without prediction; ", counts[FORECAST_NONE]);
	text_count(out, relocations, "relocation");
	buf_puts(out, " predicted, nothing measured\n");
}

void predict_report_table(const struct prediction *p, struct buf *out)
{
	add_matrix(p, out);
	add_reasons(p, out);
	add_totals(p, out);
}

/* ---- relocations ---- */

static void add_outcome(const struct predict_record *r, const struct predict_outcome *o, struct buf *out)
{
	buf_printf(out, "    %-12s ", predict_outcome_name(o));
	text_add_line(out, r->program);
	buf_printf(out, " #%u insn %u %s ", r->number, r->insn, relo_kind_name(r->kind));
	text_add_line(out, r->spec);
	buf_printf(out, ": %" PRIu64, r->local);
	if (o->p.says.seen == RELO_SEEN_VALUE)
		buf_printf(out, " -> %" PRIu64, o->p.says.value);
	if (o->p.local_size && o->p.target_size && o->p.local_size != o->p.target_size)
		buf_printf(out, ", %u -> %u bytes", o->p.local_size, o->p.target_size);
	if (*o->p.note) {
		buf_puts(out, "; ");
		text_add_line(out, o->p.note);
	}
	buf_putc(out, '\n');
}

void predict_report_relocations(const struct prediction *p, struct buf *out)
{
	for (size_t k = 0; k < p->kernel_count; k++)
		for (size_t o = 0; o < p->object_count; o++) {
			const struct predict_object *object = prediction_object(p, k, o);
			const struct predict_cell *c = prediction_cell(p, k, o);
			cleanup_free char *text = predict_cell_text(c);

			buf_puts(out, "  ");
			text_add_line(out, p->kernels[k].id);
			buf_puts(out, " x ");
			text_add_line(out, p->objects[o].name);
			buf_printf(out, ": %s\n", text);
			for (uint32_t i = 0; i < c->outcome_count && i < object->record_count; i++)
				add_outcome(&object->records[i], &c->outcomes[i], out);
		}
}

/* ---- needs ---- */

/* Kernels in the list's order. */
struct span_of_kernels {
	size_t first, last, holds, asked;
	bool doubted;
};

static struct span_of_kernels need_span(const struct prediction *p, size_t arch, size_t object, uint32_t need)
{
	struct span_of_kernels s = {.first = SIZE_MAX};

	for (size_t k = 0; k < p->kernel_count; k++) {
		const struct predict_cell *c = prediction_cell(p, k, object);

		if (p->kernels[k].arch != arch || need >= c->need_count || c->needs[need] == NEED_UNKNOWN)
			continue;
		s.asked++;
		s.doubted |= c->needs[need] == NEED_DOUBTED;
		if (c->needs[need] != NEED_HOLDS)
			continue;
		s.first = s.first == SIZE_MAX ? k : s.first;
		s.last = k;
		s.holds++;
	}
	return s;
}

/* What appeared need not stay: kernels between the first and the last that do not have it. */
static void add_holes(const struct prediction *p, size_t arch, size_t object, uint32_t need, struct span_of_kernels s,
                      struct buf *out)
{
	const char *lead = ", but not on ";

	for (size_t k = s.first; k <= s.last; k++) {
		const struct predict_cell *c = prediction_cell(p, k, object);

		if (p->kernels[k].arch != arch || need >= c->need_count || c->needs[need] == NEED_UNKNOWN ||
		    c->needs[need] == NEED_HOLDS)
			continue;
		buf_puts(out, lead);
		text_add_line(out, p->kernels[k].id);
		lead = ", ";
	}
}

static const char *doubt_words(enum need_kind kind)
{
	switch (kind) {
	case NEED_HELPER:
		return ", maybe guarded";
	case NEED_CONFIG:
		return ", but not every kernel's configuration or version is known";
	default:
		return ", but may be a symbol without types (static, inlined, .isra)";
	}
}

static void add_need(const struct prediction *p, size_t arch, size_t object, uint32_t need, struct buf *out)
{
	struct span_of_kernels s = need_span(p, arch, object, need);
	const struct need *n = &p->objects[arch * p->object_count + object].needs[need];

	buf_printf(out, "  %-17s", need_kind_name((enum need_kind)n->kind));
	add_line(out, n->name, 36);
	buf_putc(out, ' ');
	if (!s.asked)
		buf_puts(out, "unknown");
	else if (s.holds == s.asked)
		buf_puts(out, "everywhere");
	else if (!s.holds)
		buf_puts(out, "nowhere");
	else
		buf_printf(out, "%s .. %s (%zu of %zu)", p->kernels[s.first].id, p->kernels[s.last].id, s.holds,
		           s.asked);
	if (s.holds && s.holds < s.asked)
		add_holes(p, arch, object, need, s, out);
	if (n->optional)
		buf_puts(out, ", optional");
	if (s.doubted)
		buf_puts(out, doubt_words((enum need_kind)n->kind));
	if (*n->user) {
		buf_puts(out, "  for ");
		text_add_line(out, n->user);
	}
	buf_putc(out, '\n');
}

static bool has_kernel(const struct prediction *p, size_t arch)
{
	for (size_t k = 0; k < p->kernel_count; k++)
		if (p->kernels[k].arch == arch)
			return true;
	return false;
}

/* Of each architecture by itself: an object may have a file for it, and names of functions differ. */
void predict_report_needs(const struct prediction *p, struct buf *out)
{
	for (size_t o = 0; o < p->object_count; o++)
		for (size_t a = 0; arch_at(a); a++) {
			if (!has_kernel(p, a))
				continue;
			text_add_line(out, p->objects[o].name);
			if (a)
				buf_printf(out, " on %s", arch_at(a)->deb);
			buf_puts(out, " needs\n");
			for (uint32_t i = 0; i < p->objects[a * p->object_count + o].need_count; i++)
				add_need(p, a, o, i, out);
		}
}
