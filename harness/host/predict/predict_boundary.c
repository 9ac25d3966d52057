/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_boundary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/version.h"
#include "host/lib/text.h"

/* Outcomes that are as good as each other; every other one is a class of its own. */
static const char *outcome_class(const struct predict_outcome *o)
{
	switch (o->p.outcome) {
	case RELO_SAME:
	case RELO_MOVED:
	case RELO_RESIZED:
	case RELO_LOCAL:
		return "resolved";
	default:
		return predict_outcome_name(o);
	}
}

static void add_outcome(const struct predict_outcome *o, struct buf *out)
{
	buf_puts(out, predict_outcome_name(o));
	if (o->p.says.seen != RELO_SEEN_VALUE || o->p.outcome == RELO_PRESENT || o->p.outcome == RELO_ABSENT)
		return;
	buf_printf(out, " %" PRIu64, o->p.says.value);
	if (o->p.target_size)
		buf_printf(out, ":%u", o->p.target_size);
}

/* Records of several programs that say the same are told once. */
static bool is_told(const struct predict_object *o, uint32_t record)
{
	const struct predict_record *r = o->records;

	for (uint32_t i = 0; i < record; i++)
		if (!r[i].skipped && r[i].kind == r[record].kind && !strcmp(r[i].spec, r[record].spec))
			return true;
	return false;
}

static void indent_line(size_t indent, struct buf *out)
{
	for (size_t i = 0; i < indent; i++)
		buf_putc(out, ' ');
}

static size_t add_relocations(const struct prediction *p, size_t object, size_t a, size_t b, size_t indent,
                              struct buf *out)
{
	const struct predict_cell *before = prediction_cell(p, a, object), *after = prediction_cell(p, b, object);
	const struct predict_object *o = prediction_object(p, a, object);
	size_t count = 0;

	for (uint32_t i = 0; i < o->record_count && i < before->outcome_count && i < after->outcome_count; i++) {
		const struct predict_outcome *x = &before->outcomes[i], *y = &after->outcomes[i];

		if (o->records[i].skipped || !strcmp(outcome_class(x), outcome_class(y)) || is_told(o, i))
			continue;
		indent_line(indent, out);
		buf_printf(out, "%s ", relo_kind_name(o->records[i].kind));
		text_add_line(out, o->records[i].spec);
		buf_puts(out, ": ");
		add_outcome(x, out);
		buf_puts(out, " -> ");
		add_outcome(y, out);
		buf_putc(out, '\n');
		count++;
	}
	return count;
}

static size_t add_needs(const struct prediction *p, size_t object, size_t a, size_t b, size_t indent, struct buf *out)
{
	const struct predict_cell *before = prediction_cell(p, a, object), *after = prediction_cell(p, b, object);
	const struct predict_object *o = prediction_object(p, a, object);
	size_t count = 0;

	for (uint32_t i = 0; i < o->need_count && i < before->need_count && i < after->need_count; i++) {
		if (before->needs[i] == after->needs[i])
			continue;
		indent_line(indent, out);
		buf_printf(out, "%s ", need_kind_name((enum need_kind)o->needs[i].kind));
		text_add_line(out, o->needs[i].name);
		buf_printf(out, ": %s -> %s\n", need_state_name((enum need_state)before->needs[i]),
		           need_state_name((enum need_state)after->needs[i]));
		count++;
	}
	return count;
}

static const struct predict_finding *find_like(const struct predict_cell *c, const struct predict_finding *f)
{
	for (uint32_t i = 0; i < c->finding_count; i++)
		if (c->findings[i].forecast == f->forecast && c->findings[i].class == f->class &&
		    !strcmp(c->findings[i].program, f->program))
			return &c->findings[i];
	return NULL;
}

static size_t add_findings(const struct predict_cell *here, const struct predict_cell *there, bool gone, size_t indent,
                           struct buf *out)
{
	size_t count = 0;

	for (uint32_t i = 0; i < here->finding_count; i++) {
		if (find_like(there, &here->findings[i]))
			continue;
		indent_line(indent, out);
		buf_puts(out, gone ? "no more: " : "from here on: ");
		text_add_line(out, here->findings[i].text);
		buf_putc(out, '\n');
		count++;
	}
	return count;
}

size_t predict_differences(const struct prediction *p, size_t object, size_t a, size_t b, size_t indent,
                           struct buf *out)
{
	const struct predict_cell *before = prediction_cell(p, a, object), *after = prediction_cell(p, b, object);
	size_t count = add_relocations(p, object, a, b, indent, out);

	count += add_needs(p, object, a, b, indent, out);
	count += add_findings(before, after, true, indent, out);
	return count + add_findings(after, before, false, indent, out);
}

/* ---- neighbours ---- */

struct place {
	const char *flavour, *release;
	size_t kernel;
};

static int compare_places(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;
	int order = strcmp(a->flavour, b->flavour);

	order = order ? order : version_compare(a->release, b->release);
	return order ? order : a->kernel < b->kernel ? -1 : a->kernel > b->kernel;
}

static bool is_computed(const struct prediction *p, size_t kernel, size_t object)
{
	return prediction_cell(p, kernel, object)->forecast != FORECAST_NONE;
}

static bool add_boundary(const struct prediction *p, size_t object, size_t a, size_t b, predict_between between,
                         void *ctx, struct buf *out)
{
	cleanup_free char *before = predict_cell_text(prediction_cell(p, a, object));
	cleanup_free char *after = predict_cell_text(prediction_cell(p, b, object));
	cleanup_buf struct buf lines = {0};
	size_t count = predict_differences(p, object, a, b, 6, &lines);

	if (!count && !strcmp(before, after))
		return false;
	buf_puts(out, "  ");
	text_add_line(out, p->objects[object].name);
	buf_puts(out, " between ");
	text_add_line(out, p->kernels[a].id);
	buf_puts(out, " and ");
	text_add_line(out, p->kernels[b].id);
	buf_printf(out, strcmp(before, after) ? ": %s -> %s\n" : ": %s on both\n", before, after);
	buf_add(out, lines.data, lines.len);
	if (between)
		between(ctx, object, a, b, out);
	return true;
}

/* ---- what does not stay ---- */

/* What is said of record or need `i` of an object, NULL: nothing. */
typedef const char *(*history_word)(const struct prediction *p, size_t kernel, size_t object, uint32_t i);

static const char *record_word(const struct prediction *p, size_t kernel, size_t object, uint32_t i)
{
	const struct predict_cell *c = prediction_cell(p, kernel, object);

	return i < c->outcome_count ? outcome_class(&c->outcomes[i]) : NULL;
}

static const char *need_word(const struct prediction *p, size_t kernel, size_t object, uint32_t i)
{
	const struct predict_cell *c = prediction_cell(p, kernel, object);

	return i < c->need_count ? need_state_name((enum need_state)c->needs[i]) : NULL;
}

/* Along kernels of one flavour: "there from A, gone from B, there from C", when it came back to what it had been. */
static bool add_history(const struct prediction *p, size_t object, const struct place *places, size_t count,
                        history_word word, uint32_t i, const char *kind, const char *name, struct buf *out)
{
	cleanup_buf struct buf line = {0};
	const char *last = NULL;
	size_t changes = 0;

	for (size_t k = 0; k < count; k++) {
		const char *here = word(p, places[k].kernel, object, i);

		if (!here || (last && !strcmp(last, here)))
			continue;
		buf_printf(&line, "%s%s from ", last ? ", " : "", here);
		text_add_line(&line, p->kernels[places[k].kernel].id);
		changes += last != NULL;
		last = here;
	}
	if (changes < 2)
		return false;
	buf_puts(out, "  ");
	text_add_line(out, p->objects[object].name);
	buf_printf(out, ", %s ", kind);
	text_add_line(out, name);
	buf_printf(out, " does not stay: %s\n", buf_str(&line));
	return true;
}

static bool add_histories(const struct prediction *p, size_t object, const struct place *places, size_t count,
                          struct buf *out)
{
	const struct predict_object *o = prediction_object(p, places->kernel, object);
	bool any = false;

	for (uint32_t i = 0; i < o->record_count; i++)
		if (!o->records[i].skipped && !is_told(o, i))
			any |= add_history(p, object, places, count, record_word, i, relo_kind_name(o->records[i].kind),
			                   o->records[i].spec, out);
	for (uint32_t i = 0; i < o->need_count; i++)
		any |= add_history(p, object, places, count, need_word, i,
		                   need_kind_name((enum need_kind)o->needs[i].kind), o->needs[i].name, out);
	return any;
}

/* Kernels of one flavour are built alike, those of one architecture are given the same of an object. */
static bool is_same_kind(const struct prediction *p, const struct place *a, const struct place *b)
{
	return !strcmp(a->flavour, b->flavour) && p->kernels[a->kernel].arch == p->kernels[b->kernel].arch;
}

static size_t kind_end(const struct prediction *p, const struct place *places, size_t count, size_t first)
{
	size_t end = first + 1;

	while (end < count && is_same_kind(p, &places[end], &places[first]))
		end++;
	return end;
}

void predict_boundaries(const struct prediction *p, const char *const *flavours, const char *const *releases,
                        predict_between between, void *ctx, struct buf *out)
{
	cleanup_free struct place *places = xcalloc(p->kernel_count, sizeof(*places));
	bool any = false;

	for (size_t k = 0; k < p->kernel_count; k++)
		places[k] = (struct place){flavours[k], releases[k], k};
	qsort(places, p->kernel_count, sizeof(*places), compare_places);
	buf_puts(out, "boundaries (offset:size in bytes)\n");
	for (size_t o = 0; o < p->object_count; o++)
		for (size_t i = 1; i < p->kernel_count; i++) {
			const struct place *a = &places[i - 1], *b = &places[i];

			if (is_same_kind(p, a, b) && is_computed(p, a->kernel, o) && is_computed(p, b->kernel, o))
				any |= add_boundary(p, o, a->kernel, b->kernel, between, ctx, out);
		}
	for (size_t o = 0; o < p->object_count; o++)
		for (size_t i = 0, end; i < p->kernel_count; i = end) {
			end = kind_end(p, places, p->kernel_count, i);
			any |= add_histories(p, o, &places[i], end - i, out);
		}
	if (!any)
		buf_puts(out, "  none\n");
}
