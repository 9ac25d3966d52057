/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/page/page_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const state_names[CELL_STATE_COUNT] = {
        [CELL_PASS] = "pass",
        [CELL_LESS] = "less",
        [CELL_FAILURE] = "failure",
        [CELL_UNEXPECTED] = "unexpected",
        [CELL_UNMEASURED] = "unmeasured",
};

static const char *const topic_names[CAUSE_TOPIC_COUNT] = {
        [CAUSE_UNEXPECTED] = "unexpected",
        [CAUSE_UNMEASURED] = "not measured",
        [CAUSE_CONTRADICTION] = "contradiction",
        [CAUSE_NEVER_DRIVEN] = "never driven",
        [CAUSE_NOTE] = "note",
};

static void set_text(json_t *node, const char *name, const char *text)
{
	json_object_set_new(node, name, json_string(text ? text : ""));
}

static void set_count(json_t *node, const char *name, size_t count)
{
	json_object_set_new(node, name, json_integer((json_int_t)count));
}

/* ---- how cells look ---- */

/* Who loaded the object. */
static char *loader_of(const struct result_view *v, const struct result_cell *c)
{
	if (!c)
		return xstrdup("");
	if (!strcmp(c->source, "own loader"))
		return xstrdup("own loader");
	return xasprintf("libbpf %s", *c->libbpf ? c->libbpf : v->r->host.libbpf);
}

static json_t *look_of(const struct result_view *v, const struct cell_view *cell)
{
	const struct result_cell *c = cell->cell;
	cleanup_free char *loader = loader_of(v, c);
	json_t *look = json_object();

	set_text(look, "verdict", c ? verdict_name(c->verdict) : "not run");
	set_text(look, "class", c ? reject_class_name(c->class) : "");
	set_text(look, "brief", cell->brief);
	set_text(look, "title", cell->title);
	set_text(look, "state", state_names[cell->state]);
	json_object_set_new(look, "mark", json_stringn(&cell->mark, 1));
	set_text(look, "evidence", c && c->evidence != EVIDENCE_UNKNOWN ? evidence_name(c->evidence) : "");
	set_text(look, "expected", c ? c->expected : "");
	set_text(look, "loader", loader);
	return look;
}

/* Looks, each once. */
struct looks {
	json_t *list, *places;
};

static json_int_t look_place(struct looks *looks, json_t *look)
{
	char *key = json_dumps(look, JSON_COMPACT);
	const json_t *known = json_object_get(looks->places, key);
	json_int_t place = known ? json_integer_value(known) : (json_int_t)json_array_size(looks->list);

	if (!known) {
		json_object_set_new_nocheck(looks->places, key, json_integer(place));
		json_array_append(looks->list, look);
	}
	free(key);
	json_decref(look);
	return place;
}

static void add_matrix(const struct result_view *v, json_t *node)
{
	struct looks looks = {json_array(), json_object()};
	json_t *matrix = json_array();

	for (size_t o = 0; o < v->r->object_count; o++) {
		json_t *row = json_array();

		for (size_t k = 0; k < v->r->kernel_count; k++)
			json_array_append_new(row,
			                      json_integer(look_place(&looks, look_of(v, result_view_cell(v, k, o)))));
		json_array_append_new(matrix, row);
	}
	json_object_set_new(node, "looks", looks.list);
	json_object_set_new(node, "matrix", matrix);
	json_decref(looks.places);
}

/* ---- the run as a whole ---- */

static json_t *order_of(const struct result_view *v)
{
	cleanup_free size_t *at = xcalloc(v->r->kernel_count + 1, sizeof(*at));
	json_t *order = json_array();

	for (size_t k = 0; k < v->r->kernel_count; k++)
		at[v->places[k]] = k;
	for (size_t k = 0; k < v->r->kernel_count; k++)
		json_array_append_new(order, json_integer((json_int_t)at[k]));
	return order;
}

static json_t *totals_of(const struct result_view *v)
{
	json_t *totals = json_object(), *verdicts = json_object();

	for (int i = 0; i < VERDICT_COUNT; i++)
		set_count(verdicts, verdict_name((enum verdict)i), v->totals.verdicts[i]);
	json_object_set_new(totals, "verdicts", verdicts);
	set_count(totals, "cells", v->r->kernel_count * v->r->object_count);
	set_count(totals, "as_expected", v->totals.as_expected);
	set_count(totals, "unexpected", v->totals.unexpected);
	set_count(totals, "infra", v->totals.verdicts[VERDICT_INFRA] + v->missing);
	set_count(totals, "relocations", v->totals.relocations);
	set_count(totals, "compared", v->totals.compared);
	set_count(totals, "disagreements", v->totals.disagreements);
	set_count(totals, "truths", v->totals.truths);
	set_count(totals, "truths_wrong", v->totals.truths_wrong);
	return totals;
}

static json_t *cause_of(const struct result_view *v, const struct cause *c)
{
	const struct result_cell *cell = c->cell ? c->cell->cell : NULL;
	json_t *node = json_object();

	set_text(node, "topic", topic_names[c->topic]);
	json_object_set_new(node, "kernel", json_integer((json_int_t)(c->kernel - v->r->kernels)));
	json_object_set_new(node, "object", c->cell ? json_integer((json_int_t)c->cell->object) : json_null());
	set_text(node, "kernels", c->kernels);
	set_text(node, "verdict", c->cell ? c->cell->verdict : "");
	set_text(node, "expected", cell ? cell->expected : "");
	set_text(node, "reason", c->reason);
	set_text(node, "advice", cell ? cell->advice : "");
	set_text(node, "see", c->see);
	set_text(node, "reproduce", cell ? cell->reproduce : "");
	json_object_set_new(node, "varies", json_boolean(c->varies));
	return node;
}

json_t *page_facts(const struct result_view *v)
{
	json_t *node = json_object(), *causes = json_array();

	add_matrix(v, node);
	json_object_set_new(node, "order", order_of(v));
	json_object_set_new(node, "totals", totals_of(v));
	for (size_t i = 0; i < v->cause_count; i++)
		json_array_append_new(causes, cause_of(v, &v->causes[i]));
	json_object_set_new(node, "causes", causes);
	return node;
}

json_t *page_facts_short(const struct result_view *v)
{
	json_t *node = json_object(), *kernels = json_array(), *objects = json_array();

	add_matrix(v, node);
	for (size_t k = 0; k < v->r->kernel_count; k++)
		json_array_append_new(kernels, json_string(v->r->kernels[k].id));
	for (size_t o = 0; o < v->r->object_count; o++)
		json_array_append_new(objects, json_string(v->r->objects[o].name));
	json_object_set_new(node, "kernels", kernels);
	json_object_set_new(node, "objects", objects);
	set_text(node, "started", v->r->started);
	set_text(node, "corematrix", v->r->host.corematrix);
	json_object_set_new(node, "complete", json_boolean(v->r->complete));
	return node;
}
