/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/page/page_tracks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* Entries of a list by name, each with one place per kernel. */
struct tracks {
	json_t *list, *known; /* borrowed entries of `list`, by their key */
	size_t kernels;
};

static json_t *track_of(struct tracks *t, const char *key)
{
	json_t *track = json_object_get(t->known, key), *at;

	if (track)
		return track;
	track = json_object();
	at = json_array();
	for (size_t k = 0; k < t->kernels; k++)
		json_array_append_new(at, json_null());
	json_object_set_new(track, "at", at);
	json_array_append_new(t->list, track);
	json_object_set(t->known, key, track);
	return track;
}

static json_t *sorted(struct tracks *t, int (*order)(const void *, const void *))
{
	size_t count = json_array_size(t->list);
	cleanup_free json_t **entries = xcalloc(count + 1, sizeof(*entries));
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		entries[i] = json_array_get(t->list, i);
	if (count)
		qsort(entries, count, sizeof(*entries), order);
	for (size_t i = 0; i < count; i++)
		json_array_append(list, entries[i]);
	json_decref(t->list);
	json_decref(t->known);
	return list;
}

/* ---- fields ---- */

/* As `predict --timeline` has them: the other kinds say less than the offset does. */
static bool is_tracked(const struct result_relocation *r)
{
	return !strcmp(r->kind, "byte_off") || !strcmp(r->kind, "type_size") || !strcmp(r->kind, "enumval_value");
}

/* NULL: nothing is known of it there. */
static json_t *point_of(const struct result_relocation *r)
{
	if (r->outcome == RELO_GUARDED || r->outcome == RELO_FATAL || r->outcome == RELO_ABSENT)
		return json_false();
	return r->has_target ? json_pack("[I, I]", (json_int_t)r->target, (json_int_t)r->target_size) : NULL;
}

static void add_field(struct tracks *t, const struct result_relocation *r, size_t kernel, size_t object)
{
	cleanup_free char *key = xasprintf("%s %s", r->spec, r->kind);
	json_t *point = is_tracked(r) ? point_of(r) : NULL, *track, *objects;

	if (!point)
		return;
	track = track_of(t, key);
	objects = json_object_get(track, "objects");
	if (!objects) {
		json_object_set_new(track, "spec", json_string(r->spec));
		json_object_set_new(track, "kind", json_string(r->kind));
		objects = json_array();
		json_object_set_new(track, "objects", objects);
	}
	/* objects come in order: the last is this one when it is there */
	if (!json_array_size(objects) ||
	    json_integer_value(json_array_get(objects, json_array_size(objects) - 1)) != (json_int_t)object)
		json_array_append_new(objects, json_integer((json_int_t)object));
	if (json_is_null(json_array_get(json_object_get(track, "at"), kernel)))
		json_array_set(json_object_get(track, "at"), kernel, point);
	json_decref(point);
}

static int by_spec(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;
	int order =
	        strcmp(json_string_value(json_object_get(*x, "spec")), json_string_value(json_object_get(*y, "spec")));

	return order ? order
	             : strcmp(json_string_value(json_object_get(*x, "kind")),
	                      json_string_value(json_object_get(*y, "kind")));
}

json_t *page_fields(const struct result_view *v)
{
	struct tracks t = {json_array(), json_object(), v->r->kernel_count};

	for (size_t o = 0; o < v->r->object_count; o++) {
		for (size_t k = 0; k < v->r->kernel_count; k++) {
			const struct result_cell *c = result_view_cell(v, k, o)->cell;

			for (size_t i = 0; c && i < c->relocation_count; i++)
				add_field(&t, &c->relocations[i], k, o);
		}
	}
	return sorted(&t, by_spec);
}

/* ---- costs ---- */

static json_int_t member(const json_t *node, const char *name)
{
	return json_integer_value(json_object_get(node, name));
}

static void add_cost(struct tracks *t, const struct result_program *p, size_t kernel, size_t object)
{
	cleanup_free char *key = xasprintf("%zu %s", object, p->name);
	json_int_t insns = p->cost.verified_insns;
	json_t *track;

	if (!insns)
		return;
	track = track_of(t, key);
	if (insns > member(track, "most"))
		json_object_set_new(track, "most", json_integer(insns));
	json_object_set_new(track, "object", json_integer((json_int_t)object));
	json_object_set_new(track, "program", json_string(p->name));
	json_object_set_new(track, "limit", json_integer(p->cost.insns_limit));
	json_array_set_new(json_object_get(track, "at"), kernel, json_integer(insns));
}

static int dearest_first(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;
	json_int_t of_x = member(*x, "most"), of_y = member(*y, "most");

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	if (member(*x, "object") != member(*y, "object"))
		return member(*x, "object") < member(*y, "object") ? -1 : 1;
	return strcmp(json_string_value(json_object_get(*x, "program")),
	              json_string_value(json_object_get(*y, "program")));
}

json_t *page_costs(const struct result_view *v)
{
	struct tracks t = {json_array(), json_object(), v->r->kernel_count};

	for (size_t o = 0; o < v->r->object_count; o++) {
		for (size_t k = 0; k < v->r->kernel_count; k++) {
			const struct result_cell *c = result_view_cell(v, k, o)->cell;

			for (size_t i = 0; c && i < c->program_count; i++)
				add_cost(&t, &c->programs[i], k, o);
		}
	}
	return sorted(&t, dearest_first);
}
