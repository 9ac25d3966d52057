/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/judge.h"
#include "host/judge/learn.h"
#include "host/judge/learn_record.h"
#include "host/lib/text.h"

/* The record that agrees most with the places, and the moment at which it does. */
struct best {
	const struct record_fact *record;
	unsigned moment;
	size_t fits;
};

static struct best best_find(const struct learn_shape *shape, const struct observation *o)
{
	struct best best = {0};

	for (size_t i = 0; i < o->record_count; i++) {
		const struct record_fact *r = &o->records[i];
		size_t fits[LEARN_MOMENTS] = {0};

		if (!learn_record_is_of(shape, r))
			continue;
		for (size_t p = 0; p < shape->count; p++) {
			uint8_t moments = learn_record_fits(r, &shape->places[p], &o->subject);

			for (unsigned m = 0; m < LEARN_MOMENTS; m++)
				fits[m] += moments >> m & 1;
		}
		for (unsigned m = 0; m < LEARN_MOMENTS; m++)
			if (!best.record || fits[m] > best.fits)
				best = (struct best){.record = r, .moment = m, .fits = fits[m]};
	}
	return best;
}

/* The truth that the place should hold: the one of the moment, when there is one; NULL when nothing is known. */
static const struct observed_value *wanted(const struct learn_place *p, const struct subject_fact *s, unsigned moment)
{
	const struct observed_value *any = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		if (strcmp(s->values[i].name, p->name))
			continue;
		if (!s->values[i].moment || s->values[i].moment == moment + 1)
			return &s->values[i];
		any = any ? any : &s->values[i];
	}
	return any;
}

static char *place_text(const struct learn_shape *shape, const struct learn_place *p)
{
	if (shape->form == RECORD_FIELDS)
		return xasprintf("%s@%%%u", p->name, p->at + 1);
	return xasprintf("%s@%u:%u", p->name, p->at, p->width);
}

/* What an object leaves empty where it takes a fallback is not a wrong value. */
static bool is_left_out(const struct learn_shape *shape, const struct learn_place *p, const struct learn_cell *cell)
{
	for (size_t i = 0; i < cell->count; i++)
		for (size_t r = 0; r < cell->subjects[i].record_count; r++)
			if (learn_record_is_of(shape, &cell->subjects[i].records[r]) &&
			    !learn_record_is_empty(&cell->subjects[i].records[r], p))
				return false;
	return true;
}

static void fact_add(const struct learn_shape *shape, const struct learn_place *p, const struct observation *o,
                     const struct best *best, struct result_cell *c)
{
	const struct observed_value *want = wanted(p, &o->subject, best->moment);
	bool ok = learn_record_fits(best->record, p, &o->subject) >> best->moment & 1;
	cleanup_free char *field = place_text(shape, p);
	cleanup_free char *expected = want ? learn_value_text(want, p) : NULL;
	cleanup_free char *observed = learn_record_text(best->record, p);
	cleanup_free char *hint = NULL;
	struct result_truth *t;

	if (!want)
		return;
	t = result_add_truth(c);
	t->ok = ok;
	text_set(&t->workload, o->subject.workload);
	text_set(&t->field, field);
	text_set(&t->expected, expected);
	text_set(&t->observed, ok ? expected : observed);
	hint = ok ? xstrdup("")
	          : xasprintf("it stands there on %zu of %zu kernels: a stale offset?", shape->standing, shape->cells);
	text_set(&t->hint, hint);
}

/* Whether some record may be about the subject; of printed lines, which name it or not, any may be. */
static bool is_reported(const struct learn_shape *shape, const struct observation *o)
{
	for (size_t i = 0; i < o->record_count; i++)
		if (learn_record_is_of(shape, &o->records[i]) &&
		    (shape->form == RECORD_FIELDS || learn_record_may_be(&o->records[i], &o->subject)))
			return true;
	return false;
}

static bool some_subject_fits(const struct learn_shape *shape, const struct learn_cell *cell)
{
	for (size_t i = 0; i < cell->count; i++)
		if (best_find(shape, &cell->subjects[i]).fits == shape->count)
			return true;
	return false;
}

/*
 * Records of others come at any time. They may be all there is of a subject: when none may be about it, or none fits in
 * anything, while those of another subject fit, and the object passes over this one. Where a hook is known to fire for
 * it, an id in a record is enough to hold it against its truth.
 */
static bool is_of_others(const struct learn_shape *shape, const struct learn_cell *cell, const struct observation *o,
                         const struct best *best)
{
	bool reported = is_reported(shape, o), passed_over = !best->fits && some_subject_fits(shape, cell);

	return o->subject.due ? !reported && passed_over : !reported || passed_over;
}

static bool place_fits(const struct learn_shape *shape, const struct learn_place *p, const struct observation *o)
{
	for (size_t i = 0; i < o->record_count; i++)
		if (learn_record_is_of(shape, &o->records[i]) && learn_record_fits(&o->records[i], p, &o->subject))
			return true;
	return false;
}

/* An entry of a map that holds one subject's value and not another's: whoever came last, or was slowest. */
static bool is_anybodys(const struct learn_shape *shape, const struct learn_place *p, const struct learn_cell *cell)
{
	size_t fits = 0, reported = 0;

	for (size_t i = 0; shape->form == RECORD_ENTRY && i < cell->count; i++) {
		if (!is_reported(shape, &cell->subjects[i]))
			continue;
		reported++;
		fits += place_fits(shape, p, &cell->subjects[i]);
	}
	return fits && fits < reported;
}

static void shape_compare(const struct learn_shape *shape, const struct learn_cell *cell, struct result_cell *c)
{
	for (size_t i = 0; i < cell->count; i++) {
		const struct observation *o = &cell->subjects[i];
		struct best best = best_find(shape, o);

		if (!best.record || is_of_others(shape, cell, o, &best))
			continue;
		for (size_t p = 0; p < shape->count; p++) {
			const struct learn_place *place = &shape->places[p];

			if ((!judge_has_fallback(c) || !is_left_out(shape, place, cell)) &&
			    !is_anybodys(shape, place, cell))
				fact_add(shape, place, o, &best, c);
		}
	}
}

void learn_compare(const struct learnt *learnt, const struct learn_cell *cell, struct result_cell *c)
{
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < learnt->count; i++)
		shape_compare(&learnt->shapes[i], cell, c);
	text = learnt_text(learnt);
	text_set(&c->learnt, text);
}

static void shape_text(const struct learn_shape *shape, bool with_source, struct buf *out)
{
	if (with_source)
		buf_printf(out, "%s: ", *shape->source ? shape->source : "printed");
	for (size_t i = 0; i < shape->count; i++) {
		cleanup_free char *place = place_text(shape, &shape->places[i]);

		buf_printf(out, "%s%s", i ? " " : "", place);
	}
	buf_printf(out, ", by %zu of %zu subjects on %zu of %zu kernels", shape->subjects, shape->subjects,
	           shape->standing, shape->cells);
}

char *learnt_text(const struct learnt *learnt)
{
	struct buf out = {0};

	for (size_t i = 0; i < learnt->count; i++) {
		buf_puts(&out, i ? "; " : "");
		shape_text(&learnt->shapes[i], learnt->count > 1, &out);
	}
	return buf_steal(&out);
}
