/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/learn_candidate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/learn_record.h"

/* Bits that values have to hold together: a dozen choose among all places and names; and so many that none can err. */
#define BITS_MIN 10
#define BITS_SURE 30
/* The same, of a value in the very records that others have shown to be the subject's: three ids. */
#define BITS_SURE_BESIDE 20
#define NUMBER_MIN 32
/* A text this long is found nowhere by chance. */
#define TEXT_SURE 6
#define SEEN_MIN 3
#define VALUES_MAX 32 /* of a printed line */
#define CANDIDATES_MAX 2048

/* ---- where values stand ---- */

static bool same_place(const struct learn_place *a, const struct learn_place *b)
{
	return a->at == b->at && a->width == b->width && a->reading == b->reading && !strcmp(a->name, b->name);
}

/* In the order in which the subject has names: of two that a place may have, the first is taken. */
static size_t name_order(const struct subject_fact *subject, const char *name)
{
	uint32_t i = 0;

	while (i < subject->count && strcmp(subject->values[i].name, name))
		i++;
	return i;
}

static void candidate_add(struct settling *s, const struct subject_fact *subject, const struct learn_place *p)
{
	for (size_t i = 0; i < s->candidate_count; i++)
		if (same_place(&s->candidates[i].place, p))
			return;
	if (s->candidate_count == CANDIDATES_MAX)
		return;
	s->candidates = xrealloc(s->candidates, s->candidate_count + 1, sizeof(*s->candidates));
	s->candidates[s->candidate_count] =
	        (struct candidate){.place = *p, .stands = xcalloc(s->cell_count, sizeof(bool))};
	s->candidates[s->candidate_count].order = name_order(subject, p->name);
	s->candidates[s->candidate_count++].place.name = xstrdup(p->name);
}

static bool is_port(const char *name)
{
	return !strcmp(name, "sport") || !strcmp(name, "dport");
}

static bool is_address(const char *name)
{
	return !strcmp(name, "saddr") || !strcmp(name, "daddr");
}

/* The ways in which a value of this name may be written down. */
static size_t readings_of(const struct observed_value *v, enum record_form form, struct learn_place out[5])
{
	size_t n = 0;
	bool printed = form == RECORD_FIELDS;

	if (!v->is_number) {
		bool address = is_address(v->name) && !printed;

		out[n++] = (struct learn_place){.reading = address ? LEARN_BYTES : LEARN_TEXT,
		                                .width = address ? v->size : 0};
		return n;
	}
	if (!strcmp(v->name, "start_time")) {
		out[n++] = (struct learn_place){.reading = LEARN_TICKS, .width = 8};
		return printed ? 0 : n;
	}
	if (printed) {
		out[n++] = (struct learn_place){.reading = LEARN_NUMBER};
		return n;
	}
	out[n++] = (struct learn_place){.reading = LEARN_NUMBER, .width = 8};
	if (v->number <= UINT32_MAX)
		out[n++] = (struct learn_place){.reading = LEARN_NUMBER, .width = 4};
	if (!is_port(v->name))
		return n;
	out[n++] = (struct learn_place){.reading = LEARN_NUMBER, .width = 2};
	out[n++] = (struct learn_place){.reading = LEARN_SWAPPED, .width = 2};
	return n;
}

/* A zero, or a small number, stands everywhere: it points to no place; nor does the address 0.0.0.0. */
static bool points(const struct observed_value *v)
{
	if (v->is_number)
		return v->number >= NUMBER_MIN;
	for (uint32_t i = 0; v->size >= 2 && i < v->size; i++)
		if (((const uint8_t *)v->bytes)[i])
			return true;
	return false;
}

/* What a value that points to a place cannot stand in: large records are mostly that. */
static bool is_zero_from(const struct record_fact *r, uint32_t at)
{
	static const uint8_t zero[8];
	uint32_t left = r->size - at;

	return !memcmp((const uint8_t *)r->bytes + at, zero, left < sizeof(zero) ? left : sizeof(zero));
}

static void place_look(struct settling *s, const struct subject_fact *subject, const struct record_fact *r, uint32_t at)
{
	for (uint32_t v = 0; v < subject->count; v++) {
		const struct observed_value *value = &subject->values[v];
		struct learn_place ways[5];
		size_t count = points(value) ? readings_of(value, (enum record_form)r->form, ways) : 0;

		for (size_t w = 0; w < count; w++) {
			ways[w].name = value->name;
			ways[w].at = at;
			if (learn_record_has(r, &ways[w], value))
				candidate_add(s, subject, &ways[w]);
		}
	}
}

void learn_candidates_find(struct settling *s)
{
	for (size_t i = 0; i < s->seen.count; i++) {
		const struct sighting *seen = &s->seen.at[i];

		for (size_t r = 0; r < seen->count; r++) {
			const struct record_fact *record = seen->records[r];
			bool printed = record->form == RECORD_FIELDS;

			for (uint32_t at = 0; at < (printed ? VALUES_MAX : record->size); at++)
				if (printed || !is_zero_from(record, at))
					place_look(s, seen->subject, record, at);
		}
	}
}

/* ---- which of them are not chance ---- */

uint64_t learn_sighting_mask(const struct sighting *seen, const struct learn_place *p)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < seen->count; i++)
		mask |= (uint64_t)learn_record_fits(seen->records[i], p, seen->subject) << (i * LEARN_MOMENTS);
	return mask;
}

/* Records of the sighting in which a value that points to a place stands there. */
static size_t records_pointed(const struct sighting *seen, const struct learn_place *p)
{
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++)
		for (uint32_t v = 0; v < seen->subject->count; v++)
			if (points(&seen->subject->values[v]) && !strcmp(seen->subject->values[v].name, p->name) &&
			    learn_record_has(seen->records[i], p, &seen->subject->values[v])) {
				count++;
				break;
			}
	return count;
}

/*
 * Whether the place holds for the sighting. Where some value of the subject would point to a place, a zero alone does
 * not: a port is 0 until the kernel has chosen it.
 */
static bool sighting_holds(const struct sighting *seen, const struct learn_place *p)
{
	if (!learn_sighting_mask(seen, p))
		return false;
	if (records_pointed(seen, p))
		return true;
	for (uint32_t v = 0; v < seen->subject->count; v++)
		if (!strcmp(seen->subject->values[v].name, p->name) && points(&seen->subject->values[v]))
			return false;
	return true;
}

/* One that points to a place, where there is one: a port may be 0 until the kernel has chosen it. */
static const struct observed_value *value_at(const struct sighting *seen, const struct learn_place *p)
{
	const struct observed_value *any = NULL;

	for (size_t i = 0; i < seen->count; i++)
		for (uint32_t v = 0; v < seen->subject->count; v++) {
			const struct observed_value *value = &seen->subject->values[v];

			if (strcmp(value->name, p->name) || !learn_record_has(seen->records[i], p, value))
				continue;
			if (points(value))
				return value;
			any = any ? any : value;
		}
	return any;
}

static unsigned value_bits(const struct observed_value *v)
{
	unsigned bits = 0;

	if (!points(v))
		return 0;
	if (!v->is_number)
		return v->size < 64 ? 8 * v->size : 512;
	for (uint64_t n = v->number; n; n >>= 1)
		bits++;
	return bits;
}

/* The clock is read soon after a subject was started, often in the same hundredth of a second. */
static bool sighting_is_clock(const struct sighting *seen, const struct learn_place *p)
{
	for (size_t i = 0; i < seen->count; i++)
		if (learn_record_is_clock(seen->records[i], p, seen->subject))
			return true;
	return false;
}

static bool values_equal(const struct observed_value *a, const struct observed_value *b)
{
	return a->is_number == b->is_number && a->number == b->number && a->size == b->size &&
	       (!a->size || !memcmp(a->bytes, b->bytes, a->size));
}

static uint8_t moments_of(const struct sighting *seen, const struct learn_place *p)
{
	uint8_t moments = 0;

	for (uint64_t mask = learn_sighting_mask(seen, p); mask; mask >>= LEARN_MOMENTS)
		moments = (uint8_t)(moments | mask);
	return moments;
}

void learn_candidate_weigh(const struct settling *s, struct candidate *c)
{
	uint8_t moments = UINT8_MAX;
	cleanup_free const struct observed_value **values = xcalloc(s->seen.count + 1, sizeof(struct observed_value *));
	cleanup_free size_t *hits = xcalloc(s->cell_count + 1, sizeof(*hits));
	const struct observed_value *last = NULL;
	size_t last_cell = 0;

	for (size_t i = 0; i < s->seen.count; i++) {
		bool holds = sighting_holds(&s->seen.at[i], &c->place);

		hits[s->seen.at[i].cell] += holds;
		c->is_clock |= !holds && sighting_is_clock(&s->seen.at[i], &c->place);
	}
	for (size_t i = 0; i < s->cell_count; i++) {
		c->stands[i] = s->per_cell[i] && hits[i] == s->per_cell[i];
		c->standing += c->stands[i];
		c->mixed += hits[i] && !c->stands[i];
	}
	for (size_t i = 0; i < s->seen.count; i++) {
		const struct observed_value *v =
		        c->stands[s->seen.at[i].cell] ? value_at(&s->seen.at[i], &c->place) : NULL;
		size_t k = 0;

		if (!v)
			continue;
		/* sightings are in the order of their cells */
		c->varies |= last && s->seen.at[i].cell == last_cell && !values_equal(last, v);
		last = v;
		last_cell = s->seen.at[i].cell;
		c->seen++;
		moments &= moments_of(&s->seen.at[i], &c->place);
		c->records += records_pointed(&s->seen.at[i], &c->place);
		while (k < c->distinct && !values_equal(values[k], v))
			k++;
		if (k < c->distinct)
			continue;
		values[c->distinct++] = v;
		c->bits += value_bits(v);
		c->longest = !v->is_number && v->size > c->longest ? v->size : c->longest;
	}
	c->moment = ffs(moments);
}

/* Most subjects have the agent for a parent, and its own id is in many a place, also in what a buffer held before. */
static bool is_relatives(const char *name)
{
	static const char *const names[] = {"ppid", "parent_pid", "pgid", "sid"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool is_loopback(const struct candidate *c)
{
	return c->place.reading == LEARN_BYTES && c->place.width == 4 && c->distinct == 1 && c->bits == 32;
}

/*
 * What a program leaves unset in its event is what the kernel's stack held before, and in the calls that it hooks that
 * is the socket's address and ports as well: standing on some kernels proves no more than that. An address that all
 * subjects have must stand on all.
 */
static bool is_leftover(const struct settling *s, const struct candidate *c)
{
	if (!is_address(c->place.name) && !is_port(c->place.name))
		return false;
	return c->distinct < 2 ? c->standing < s->cells_with : 2 * c->standing < s->cells_with;
}

bool learn_is_no_chance(const struct settling *s, const struct candidate *c, bool beside)
{
	bool sure_text = c->longest >= TEXT_SURE;

	if (!c->standing || c->bits < BITS_MIN)
		return false;
	if (c->seen < (sure_text ? SEEN_MIN - 1 : SEEN_MIN) ||
	    (c->distinct < 2 && !sure_text && !(beside && is_loopback(c))))
		return false;
	if ((is_relatives(c->place.name) && !c->varies) || is_leftover(s, c))
		return false;
	/* a time alone may be any clock's, and one that is late somewhere is */
	if (c->place.reading == LEARN_TICKS && (c->is_clock || !beside))
		return false;
	return c->bits >= (beside ? BITS_SURE_BESIDE : BITS_SURE) || 2 * c->standing >= s->cells_with;
}

/* So much that no more makes it surer. */
static unsigned weight_of(const struct candidate *c)
{
	return c->bits < BITS_SURE ? c->bits : BITS_SURE;
}

int learn_by_weight(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->standing != y->standing)
		return x->standing < y->standing ? 1 : -1;
	if (x->records != y->records)
		return x->records < y->records ? 1 : -1;
	if (weight_of(x) != weight_of(y))
		return weight_of(x) < weight_of(y) ? 1 : -1;
	if (x->place.width != y->place.width)
		return x->place.width < y->place.width ? 1 : -1;
	if (x->place.at != y->place.at)
		return x->place.at > y->place.at ? 1 : -1;
	/* of the two ends of a connection, the one that comes first is meant */
	if (x->moment != y->moment)
		return x->moment > y->moment ? 1 : -1;
	return (x->order > y->order) - (x->order < y->order);
}
