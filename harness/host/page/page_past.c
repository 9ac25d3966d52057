/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/page/page_past.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/page/page_facts.h"
#include "host/result/diff.h"

static const char *const section_names[DIFF_SECTION_COUNT] = {
        [DIFF_WORSE] = "worse",   [DIFF_UNMEASURED] = "not measured",
        [DIFF_BETTER] = "better", [DIFF_CHANGED] = "changed",
        [DIFF_NEW] = "new",       [DIFF_GONE] = "gone",
};

static json_t *state_text(const struct diff_state *s)
{
	cleanup_free char *text = *s->detail ? xasprintf("%s %s", s->word, s->detail) : xstrdup(s->word);

	return json_string(text);
}

static json_t *change_of(const struct diff_finding *f)
{
	json_t *node = json_object();

	json_object_set_new(node, "section", json_string(section_names[f->section]));
	json_object_set_new(node, "object", json_string(f->object));
	json_object_set_new(node, "kind", json_string(f->trait ? trait_kind_name(f->trait->kind) : "verdict"));
	json_object_set_new(node, "key", json_string(f->trait ? f->trait->key : ""));
	json_object_set_new(node, "was", state_text(&f->was));
	json_object_set_new(node, "now", state_text(&f->now));
	return node;
}

/* Changes that are the same on several kernels are one, with the words of the first. */
static void add_change(json_t *changes, json_t *known, const struct diff *d, const struct diff_finding *f)
{
	json_t *node = change_of(f), *kernels, *first;
	char *key = json_dumps(node, JSON_COMPACT);

	first = json_object_get(known, key);
	if (!first) {
		first = node;
		json_object_set_new(first, "kernels", json_array());
		json_object_set_new(first, "reason", json_string(f->trait ? "" : f->cell->reason));
		json_object_set_new(first, "advice", json_string(f->trait ? "" : f->cell->advice));
		json_array_append(changes, first);
		json_object_set_nocheck(known, key, first);
	}
	kernels = json_object_get(first, "kernels");
	json_array_append_new(kernels, json_string(d->kernels[f->kernel].id));
	json_decref(node);
	free(key);
}

static json_t *changes_of(const struct baseline *old, const struct result_view *v)
{
	cleanup_baseline struct baseline new = {0};
	cleanup_diff struct diff d = {0};
	json_t *changes = json_array(), *known = json_object();

	baseline_take(v->r, &new);
	diff_take(old, &new, DIFF_COST_TOLERANCE, &d);
	for (int section = 0; section < DIFF_SECTION_COUNT; section++)
		for (size_t i = 0; i < d.count; i++)
			if (d.findings[i].section == (enum diff_section)section)
				add_change(changes, known, &d, &d.findings[i]);
	json_decref(known);
	return changes;
}

json_t *page_changes(const struct result_view *v, const struct page_past *past)
{
	cleanup_baseline struct baseline last = {0};
	const struct baseline *old = past->against;
	const char *name = past->against_name;
	json_t *node = json_object();

	if (!old && past->run_count) {
		baseline_take(past->runs[past->run_count - 1].view->r, &last);
		old = &last;
		name = past->runs[past->run_count - 1].name;
	}
	json_object_set_new(node, "against", old ? json_string(name) : json_null());
	json_object_set_new(node, "changes", old ? changes_of(old, v) : json_array());
	return node;
}

json_t *page_history(const struct page_past *past)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < past->run_count; i++) {
		json_t *run = page_facts_short(past->runs[i].view);

		json_object_set_new(run, "name", json_string(past->runs[i].name));
		json_array_append_new(runs, run);
	}
	return runs;
}
