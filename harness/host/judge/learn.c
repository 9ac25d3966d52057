/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/learn.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/learn_candidate.h"
#include "host/judge/learn_record.h"

#define SIZES_MAX 4 /* more sizes than that are one shape whose records differ in length */
#define PLACES_MAX 32

/* ---- which records are alike ---- */

static struct learn_shape *shape_find(struct learnt *out, const struct record_fact *r)
{
	for (size_t i = 0; i < out->count; i++)
		if (learn_record_is_of(&out->shapes[i], r))
			return &out->shapes[i];
	return NULL;
}

static void shape_add(struct learnt *out, const struct record_fact *r)
{
	size_t sizes = 0, kept = 0;

	if (shape_find(out, r))
		return;
	for (size_t i = 0; i < out->count; i++)
		sizes += out->shapes[i].form == r->form && !strcmp(out->shapes[i].source, r->source);
	if (sizes == SIZES_MAX) {
		for (size_t i = 0; i < out->count; i++) {
			if (out->shapes[i].form == r->form && !strcmp(out->shapes[i].source, r->source))
				free(out->shapes[i].source);
			else
				out->shapes[kept++] = out->shapes[i];
		}
		out->count = kept;
	}
	out->shapes = xrealloc(out->shapes, out->count + 1, sizeof(*out->shapes));
	out->shapes[out->count++] = (struct learn_shape){
	        .source = xstrdup(r->source),
	        .form = (enum record_form)r->form,
	        /* lines of one format differ in length, and mean the same */
	        .size = r->form == RECORD_FIELDS || sizes == SIZES_MAX ? 0 : r->size,
	        .key_size = r->key_size,
	};
}

static void shapes_find(const struct learn_cell *cells, size_t count, struct learnt *out)
{
	for (size_t c = 0; c < count; c++)
		for (size_t s = 0; s < cells[c].count; s++)
			for (size_t r = 0; r < cells[c].subjects[s].record_count; r++)
				shape_add(out, &cells[c].subjects[s].records[r]);
}

/* Records of the shape that may be about the subject; false when there is none. */
static bool sighting_make(const struct observation *o, const struct learn_shape *shape, bool may_be,
                          struct sighting *out)
{
	out->subject = &o->subject;
	out->count = 0;
	for (size_t i = 0; i < o->record_count && out->count < LEARN_RECORDS_MAX; i++) {
		const struct record_fact *r = &o->records[i];

		if (learn_record_is_of(shape, r) && (!may_be || learn_record_may_be(r, &o->subject)))
			out->records[out->count++] = r;
	}
	out->joint = UINT64_MAX;
	return out->count > 0;
}

static void sightings_find(struct settling *s, const struct learn_shape *shape)
{
	for (size_t c = 0; c < s->cell_count; c++) {
		for (size_t i = 0; i < s->cells[c].count; i++) {
			struct sighting found = {.cell = c};

			if (!sighting_make(&s->cells[c].subjects[i], shape, true, &found))
				continue;
			s->seen.at = xrealloc(s->seen.at, s->seen.count + 1, sizeof(*s->seen.at));
			s->seen.at[s->seen.count++] = found;
			s->per_cell[c]++;
		}
		s->cells_with += s->per_cell[c] > 0;
	}
}

/* ---- which places make a layout ---- */

/* Entries of a map may be about anybody: that each subject was found in one is luck when elsewhere only some were. */
static bool is_luck(const struct learn_shape *shape, const struct candidate *c)
{
	return shape->form == RECORD_ENTRY && c->mixed >= c->standing;
}

static uint32_t extent(const struct candidate *c)
{
	/* a text with its NUL */
	return c->place.width ? c->place.width : c->longest + 1;
}

static bool overlaps(const struct learn_shape *shape, const struct candidate *c)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct learn_place *p = &shape->places[i];

		if (shape->form == RECORD_FIELDS ? p->at == c->place.at
		                                 : p->at < c->place.at + extent(c) && c->place.at < p->at + p->width)
			return true;
	}
	return false;
}

/* At every cell where it stands it has to hold in one record, and at one moment, with what was accepted before. */
static bool holds_jointly(const struct settling *s, const struct candidate *c)
{
	for (size_t i = 0; i < s->seen.count; i++)
		if (c->stands[s->seen.at[i].cell] &&
		    !(s->seen.at[i].joint & learn_sighting_mask(&s->seen.at[i], &c->place)))
			return false;
	return true;
}

static void accept(struct settling *s, struct learn_shape *shape, struct candidate *c)
{
	for (size_t i = 0; i < s->seen.count; i++)
		if (c->stands[s->seen.at[i].cell])
			s->seen.at[i].joint &= learn_sighting_mask(&s->seen.at[i], &c->place);
	for (size_t i = 0; i < s->cell_count; i++)
		shape->stands[i] &= c->stands[i];
	shape->places = xrealloc(shape->places, shape->count + 1, sizeof(*shape->places));
	shape->places[shape->count] = c->place;
	shape->places[shape->count].name = xstrdup(c->place.name);
	if (shape->form != RECORD_FIELDS)
		shape->places[shape->count].width = extent(c);
	shape->count++;
}

static int by_place(const void *a, const void *b)
{
	const struct learn_place *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* A text has room up to the next place; a task's name never more than the kernel keeps of it. */
static void rooms_find(struct learn_shape *shape)
{
	for (size_t i = 0; i < shape->count; i++) {
		struct learn_place *p = &shape->places[i];
		uint32_t end = i + 1 < shape->count ? p[1].at : shape->size;

		if (p->reading != LEARN_TEXT || shape->form == RECORD_FIELDS || end <= p->at)
			continue;
		p->width = !strcmp(p->name, "comm") && end - p->at > 16 ? 16 : end - p->at;
	}
}

static void shape_count(const struct settling *s, struct learn_shape *shape)
{
	for (size_t i = 0; i < s->cell_count; i++) {
		shape->stands[i] &= s->per_cell[i] > 0;
		shape->standing += shape->stands[i];
		shape->subjects = s->per_cell[i] > shape->subjects ? s->per_cell[i] : shape->subjects;
	}
	shape->cells = s->cells_with;
}

static void settling_free(struct settling *s)
{
	for (size_t i = 0; i < s->candidate_count; i++) {
		free(s->candidates[i].place.name);
		free(s->candidates[i].stands);
	}
	free(s->candidates);
	free(s->per_cell);
	free(s->seen.at);
}

/* Both ends of a connection over the loopback have one address: the second place that has it is the other end's. */
static bool is_end_taken(const struct learn_shape *shape, const struct candidate *c)
{
	for (size_t i = 0; i < shape->count; i++)
		if (c->place.reading == LEARN_BYTES && !strcmp(shape->places[i].name, c->place.name))
			return true;
	return false;
}

static void places_take(struct settling *s, struct learn_shape *shape)
{
	for (size_t i = 0; i < s->candidate_count && shape->count < PLACES_MAX; i++) {
		struct candidate *c = &s->candidates[i];

		if (learn_is_no_chance(s, c, shape->count > 0) && !is_luck(shape, c) && !overlaps(shape, c) &&
		    !is_end_taken(shape, c) && holds_jointly(s, c))
			accept(s, shape, c);
	}
}

static void shape_settle(const struct learn_cell *cells, size_t count, struct learn_shape *shape)
{
	__attribute__((cleanup(settling_free))) struct settling s = {.cells = cells, .cell_count = count};

	s.per_cell = xcalloc(count + 1, sizeof(*s.per_cell));
	shape->stands = xcalloc(count + 1, sizeof(*shape->stands));
	for (size_t i = 0; i < count; i++)
		shape->stands[i] = true;
	sightings_find(&s, shape);
	learn_candidates_find(&s);
	for (size_t i = 0; i < s.candidate_count; i++)
		learn_candidate_weigh(&s, &s.candidates[i]);
	if (s.candidate_count)
		qsort(s.candidates, s.candidate_count, sizeof(*s.candidates), learn_by_weight);
	places_take(&s, shape);
	/* what is sure beside others may have come before them */
	if (shape->count)
		places_take(&s, shape);
	if (shape->count)
		qsort(shape->places, shape->count, sizeof(*shape->places), by_place);
	rooms_find(shape);
	shape_count(&s, shape);
}

static void shape_free(struct learn_shape *shape)
{
	for (size_t i = 0; i < shape->count; i++)
		free(shape->places[i].name);
	free(shape->places);
	free(shape->stands);
	free(shape->source);
}

void learn_settle(const struct learn_cell *cells, size_t count, struct learnt *out)
{
	size_t kept = 0;

	*out = (struct learnt){.cells = count};
	shapes_find(cells, count, out);
	for (size_t i = 0; i < out->count; i++) {
		shape_settle(cells, count, &out->shapes[i]);
		if (out->shapes[i].count)
			out->shapes[kept++] = out->shapes[i];
		else
			shape_free(&out->shapes[i]);
	}
	out->count = kept;
}

void learnt_free(struct learnt *learnt)
{
	for (size_t i = 0; i < learnt->count; i++)
		shape_free(&learnt->shapes[i]);
	free(learnt->shapes);
	*learnt = (struct learnt){0};
}
