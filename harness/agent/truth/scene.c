/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/scene.h"

#include <stdbool.h>
#include <string.h>

#include "agent/truth/scene_value.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* A field of another kind under such a name means something else. */
static bool kind_fits(enum event_kind kind, int key)
{
	if (view_key_is_text(key))
		return kind == EVENT_TEXT;
	return kind == EVENT_INTEGER || (view_key_is_address(key) && kind == EVENT_TEXT);
}

int scene_field_key(const struct event_layout *layout, size_t i)
{
	const struct view_claim *claim = view_claim_find(layout->fields[i].path, compare_layout_names_child(layout));

	return claim && kind_fits(layout->fields[i].kind, (int)claim->key) ? (int)claim->key : -1;
}

/* The claim of each value, NULL where nothing is checked under its name; looked up once, for views are many. */
static const struct view_claim **claims_find(const struct event *e)
{
	const struct view_claim **claims = xcalloc(e->count + 1, sizeof(struct view_claim *));
	bool beside_child = compare_names_child(e);

	for (size_t i = 0; i < e->count; i++) {
		const struct event_value *v = &e->values[i];
		const struct view_claim *claim = view_claim_find(v->name, beside_child);

		claims[i] = claim && (v->printed || kind_fits(v->kind, (int)claim->key)) ? claim : NULL;
	}
	return claims;
}

bool scene_is_understood(const struct event *e)
{
	cleanup_free const struct view_claim **claims = claims_find(e);

	for (size_t i = 0; i < e->count; i++)
		if (claims[i])
			return true;
	return false;
}

static size_t view_mismatches(const struct event *e, const struct view_claim *const *claims, const struct view *view,
                              size_t *checked)
{
	size_t wrong = 0;

	*checked = 0;
	for (size_t i = 0; i < e->count; i++) {
		if (!claims[i] || !scene_value_known(view, claims[i], &e->values[i]))
			continue;
		(*checked)++;
		wrong += !scene_value_fits(view, (int)claims[i]->key, &e->values[i]);
	}
	return wrong;
}

/*
 * The view that speaks of most of the event's fields, and of these the one that fits best: a view that is silent about
 * a wrong field must not excuse it.
 */
static const struct view *best_view(const struct event *e, const struct view_claim *const *claims,
                                    const struct scene *scene, size_t *wrong, size_t *checked)
{
	const struct view *best = NULL;

	*wrong = *checked = 0;
	for (size_t i = 0; i < scene->count; i++) {
		size_t known, bad = view_mismatches(e, claims, &scene->views[i], &known);

		if (best && (known < *checked || (known == *checked && bad >= *wrong)))
			continue;
		best = &scene->views[i];
		*wrong = bad;
		*checked = known;
	}
	return best;
}

size_t scene_mismatches(const struct event *e, const struct scene *scene, size_t *checked)
{
	cleanup_free const struct view_claim **claims = claims_find(e);
	size_t wrong;

	best_view(e, claims, scene, &wrong, checked);
	return wrong;
}

size_t scene_compare(const struct event *e, const struct scene *scene, const char *workload,
                     const struct hint_context *hints, struct fact_list *out)
{
	cleanup_free const struct view_claim **claims = claims_find(e);
	size_t wrong, checked;
	const struct view *view = best_view(e, claims, scene, &wrong, &checked);

	for (size_t i = 0; view && i < e->count; i++) {
		const struct event_value *v = &e->values[i];
		const struct view_claim *claim = claims[i];
		struct truth_fact *f;

		if (!claim || !scene_value_known(view, claim, v))
			continue;
		f = fact_list_add(out, workload, v->name);
		f->ok = scene_value_fits(view, (int)claim->key, v);
		f->expected = scene_value_expected(view, (int)claim->key, v);
		f->observed = scene_value_observed(view, (int)claim->key, v);
		f->hint = f->ok        ? xstrdup("")
		          : v->missing ? xasprintf("the event has %zu bytes and ends before this field", e->len)
		                       : scene_value_hint(view, (int)claim->key, v, hints);
	}
	return wrong;
}
