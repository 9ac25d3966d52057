/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_report.h"

#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

/* Text from objects and kernels is bytes; JSON wants UTF-8. */
static void put_text(json_t *node, const char *member, const char *text)
{
	cleanup_buf struct buf clean = {0};

	text_sanitise(&clean, text, strlen(text));
	json_object_set_new(node, member, json_string(buf_str(&clean)));
}

/* As in results.json: numbers that not every reader keeps become text. */
static void put_u64(json_t *node, const char *member, uint64_t value)
{
	cleanup_free char *text = NULL;

	if (value <= INT64_MAX) {
		json_object_set_new(node, member, json_integer((json_int_t)value));
		return;
	}
	text = xasprintf("%llu", (unsigned long long)value);
	json_object_set_new(node, member, json_string(text));
}

static json_t *relocation_json(const struct predict_record *r, const struct predict_outcome *o)
{
	json_t *node = json_object();

	put_text(node, "program", r->program);
	put_text(node, "section", r->section);
	json_object_set_new(node, "number", json_integer(r->number));
	json_object_set_new(node, "insn", json_integer(r->insn));
	put_text(node, "kind", relo_kind_name(r->kind));
	put_text(node, "type", r->type);
	put_text(node, "access", r->access);
	put_text(node, "spec", r->spec);
	put_u64(node, "local", r->local);
	if (o->p.says.seen == RELO_SEEN_VALUE)
		put_u64(node, "target", o->p.says.value);
	else
		json_object_set_new(node, "target", json_null());
	json_object_set_new(node, "local_size", json_integer(o->p.local_size));
	json_object_set_new(node, "target_size", json_integer(o->p.target_size));
	put_text(node, "predicted", r->skipped ? "" : predict_outcome_name(o));
	put_text(node, "match", o->p.target);
	put_text(node, "note", o->p.note);
	return node;
}

static json_t *need_json(const struct need *n, enum need_state state, const char *note)
{
	json_t *node = json_object();

	put_text(node, "kind", need_kind_name((enum need_kind)n->kind));
	put_text(node, "name", n->name);
	put_text(node, "for", n->user);
	json_object_set_new(node, "optional", json_boolean(n->optional));
	put_text(node, "state", need_state_name(state));
	put_text(node, "note", note);
	return node;
}

static json_t *cell_json(const struct prediction *p, size_t kernel, size_t object)
{
	const struct predict_cell *c = prediction_cell(p, kernel, object);
	const struct predict_object *o = prediction_object(p, kernel, object);
	json_t *node = json_object(), *relocations = json_array(), *needs = json_array(), *findings = json_array();

	put_text(node, "kernel", p->kernels[kernel].id);
	put_text(node, "object", o->name);
	put_text(node, "forecast", forecast_name((enum forecast)c->forecast));
	put_text(node, "class", reject_class_name((enum reject_class)c->class));
	put_text(node, "reason", c->reason);
	for (uint32_t i = 0; i < c->outcome_count && i < o->record_count; i++)
		json_array_append_new(relocations, relocation_json(&o->records[i], &c->outcomes[i]));
	for (uint32_t i = 0; i < c->need_count && i < o->need_count; i++)
		json_array_append_new(needs, need_json(&o->needs[i], (enum need_state)c->needs[i], c->need_notes[i]));
	json_object_set_new(node, "relocations", relocations);
	json_object_set_new(node, "needs", needs);
	for (uint32_t i = 0; i < c->finding_count; i++) {
		json_t *finding = json_object();

		put_text(finding, "program", c->findings[i].program);
		put_text(finding, "forecast", forecast_name((enum forecast)c->findings[i].forecast));
		put_text(finding, "class", reject_class_name((enum reject_class)c->findings[i].class));
		put_text(finding, "text", c->findings[i].text);
		json_array_append_new(findings, finding);
	}
	json_object_set_new(node, "findings", findings);
	return node;
}

json_t *predict_report_json(const struct prediction *p)
{
	json_t *root = json_object(), *kernels = json_array(), *objects = json_array(), *cells = json_array();

	put_text(root, "schema", "corematrix-prediction/1");
	for (size_t k = 0; k < p->kernel_count; k++) {
		json_t *node = json_object();

		put_text(node, "id", p->kernels[k].id);
		json_object_set_new(node, "btf", json_boolean(p->kernels[k].has_btf));
		json_object_set_new(node, "symbols", json_boolean(p->kernels[k].has_symbols));
		json_object_set_new(node, "measured", json_false());
		put_text(node, "reason", p->kernels[k].reason);
		json_array_append_new(kernels, node);
	}
	for (size_t o = 0; o < p->object_count; o++) {
		json_t *node = json_object();

		put_text(node, "name", p->objects[o].name);
		json_object_set_new(node, "programs", json_integer(p->objects[o].programs));
		json_object_set_new(node, "relocations", json_integer(p->objects[o].record_count));
		json_array_append_new(objects, node);
	}
	for (size_t k = 0; k < p->kernel_count; k++)
		for (size_t o = 0; o < p->object_count; o++)
			json_array_append_new(cells, cell_json(p, k, o));
	json_object_set_new(root, "kernels", kernels);
	json_object_set_new(root, "objects", objects);
	json_object_set_new(root, "cells", cells);
	return root;
}
