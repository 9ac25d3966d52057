/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_timeline.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/arch/arch.h"
#include "host/lib/text.h"

/* A field as one kernel has it. */
struct point {
	bool known, present;
	uint64_t offset; /* bytes */
	uint32_t size;   /* bytes */
};

/* The record that stands for a field: the first that names it. */
struct track {
	size_t object; /* among all of the prediction's, whose architecture it tells */
	uint32_t record;
};

/* What is in the types under the record's kind; others say less than the offset does. */
static bool is_tracked(const struct predict_record *r)
{
	return !r->skipped && (r->kind == BPF_CORE_FIELD_BYTE_OFFSET || r->kind == BPF_CORE_TYPE_SIZE ||
	                       r->kind == BPF_CORE_ENUMVAL_VALUE);
}

static const struct predict_record *record_of(const struct prediction *p, const struct track *t)
{
	return &p->objects[t->object].records[t->record];
}

/* The same field's place among the records that the kernel is given; UINT32_MAX when it has none of it. */
static uint32_t like_record(const struct prediction *p, const struct track *t, size_t kernel)
{
	const struct predict_object *o = prediction_object(p, kernel, t->object % p->object_count);
	const struct predict_record *r = record_of(p, t);

	if (o == &p->objects[t->object])
		return t->record;
	for (uint32_t i = 0; i < o->record_count; i++)
		if (o->records[i].kind == r->kind && !o->records[i].skipped && !strcmp(o->records[i].spec, r->spec))
			return i;
	return UINT32_MAX;
}

static struct point point_at(const struct prediction *p, const struct track *t, size_t kernel)
{
	const struct predict_cell *c = prediction_cell(p, kernel, t->object % p->object_count);
	uint32_t record = like_record(p, t, kernel);
	const struct predict_outcome *o;

	if (record >= c->outcome_count)
		return (struct point){0};
	o = &c->outcomes[record];
	if (o->p.says.seen == RELO_SEEN_POISON || o->p.outcome == RELO_ABSENT)
		return (struct point){.known = true};
	if (o->p.says.seen != RELO_SEEN_VALUE)
		return (struct point){0};
	return (struct point){true, true, o->p.says.value, o->p.target_size};
}

static bool is_equal(struct point a, struct point b)
{
	return a.present == b.present && a.offset == b.offset && a.size == b.size;
}

static const char *change(struct point from, struct point to)
{
	if (from.present != to.present)
		return to.present ? "appears" : "disappears";
	return from.offset == to.offset ? "resizes" : "moves";
}

static void add_point(struct point at, struct buf *out)
{
	if (!at.present)
		buf_puts(out, "-");
	else if (at.size)
		buf_printf(out, "%" PRIu64 ":%u", at.offset, at.size);
	else
		buf_printf(out, "%" PRIu64, at.offset);
}

/* One flavour's line; nothing when the field never changes in it. Returns the number of changes. */
static size_t add_flavour(const struct prediction *p, const char *const *flavours, const struct track *t,
                          const char *flavour, struct buf *out)
{
	cleanup_buf struct buf line = {0};
	struct point last = {0};
	size_t changes = 0, before = 0;

	for (size_t k = 0; k < p->kernel_count; k++) {
		struct point here = point_at(p, t, k);

		if (strcmp(flavours[k], flavour) || !here.known)
			continue;
		if (last.known && !is_equal(last, here)) {
			changes++;
			buf_printf(&line, "  | %s between %s and %s:", change(last, here), p->kernels[before].id,
			           p->kernels[k].id);
		}
		if (!last.known || !is_equal(last, here)) {
			buf_putc(&line, ' ');
			add_point(here, &line);
		}
		last = here;
		before = k;
	}
	if (changes)
		buf_printf(out, "    %s%s%s\n", flavour, *flavour ? ":" : "", buf_str(&line));
	return changes;
}

static bool is_first_of_flavour(const char *const *flavours, size_t kernel)
{
	for (size_t k = 0; k < kernel; k++)
		if (!strcmp(flavours[k], flavours[kernel]))
			return false;
	return true;
}

static size_t add_track(const struct prediction *p, const char *const *flavours, const struct track *t, struct buf *out)
{
	const struct predict_record *r = record_of(p, t);
	cleanup_buf struct buf lines = {0};
	size_t changes = 0;

	for (size_t k = 0; k < p->kernel_count; k++)
		if (is_first_of_flavour(flavours, k))
			changes += add_flavour(p, flavours, t, flavours[k], &lines);
	if (!changes)
		return 0;
	buf_puts(out, "  ");
	text_add_line(out, r->spec);
	if (r->kind != BPF_CORE_FIELD_BYTE_OFFSET)
		buf_printf(out, " (%s)", relo_kind_name(r->kind));
	buf_putc(out, '\n');
	buf_add(out, lines.data, lines.len);
	return changes;
}

/* By name, so that equal ones are neighbours; the first object's first. */
static const struct prediction *sorted;

static int compare_tracks(const void *pa, const void *pb)
{
	const struct track *a = pa, *b = pb;
	const struct predict_record *ra = record_of(sorted, a), *rb = record_of(sorted, b);
	int order = strcmp(ra->spec, rb->spec);

	if (order)
		return order;
	if (ra->kind != rb->kind)
		return ra->kind < rb->kind ? -1 : 1;
	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

static bool is_same_field(const struct prediction *p, const struct track *a, const struct track *b)
{
	return record_of(p, a)->kind == record_of(p, b)->kind && !strcmp(record_of(p, a)->spec, record_of(p, b)->spec);
}

void predict_timeline(const struct prediction *p, const char *const *flavours, struct buf *out)
{
	cleanup_free struct track *tracks = NULL;
	size_t count = 0, room = 0, fields = 0, changing = 0;

	for (size_t o = 0; o < ARCH_MAX * p->object_count; o++)
		room += p->objects[o].record_count;
	tracks = xcalloc(room, sizeof(*tracks));
	for (size_t o = 0; o < ARCH_MAX * p->object_count; o++)
		for (uint32_t i = 0; i < p->objects[o].record_count; i++)
			if (is_tracked(&p->objects[o].records[i]))
				tracks[count++] = (struct track){o, i};
	sorted = p;
	qsort(tracks, count, sizeof(*tracks), compare_tracks);
	buf_puts(out, "fields along the kernels (offset:size in bytes, - where there is none)\n");
	for (size_t i = 0; i < count; i++) {
		if (i && is_same_field(p, &tracks[i - 1], &tracks[i]))
			continue;
		fields++;
		changing += add_track(p, flavours, &tracks[i], out) != 0;
	}
	buf_printf(out, "%zu of ", changing);
	text_count(out, fields, "field");
	buf_puts(out, " change\n");
}
