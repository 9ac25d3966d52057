/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/prediction.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "host/arch/arch.h"

static const char *const kind_names[] = {
        [NEED_TRACEPOINT] = "tracepoint",
        [NEED_RAW_TRACEPOINT] = "raw tracepoint",
        [NEED_BTF_TRACEPOINT] = "BTF tracepoint",
        [NEED_FUNCTION] = "function",
        [NEED_KPROBE] = "kprobe",
        [NEED_SYSCALL] = "system call",
        [NEED_LSM] = "LSM hook",
        [NEED_ITERATOR] = "iterator",
        [NEED_KFUNC] = "kfunc",
        [NEED_VARIABLE] = "variable",
        [NEED_STRUCT_OPS] = "struct_ops",
        [NEED_STRUCT_OPS_MEMBER] = "struct_ops member",
        [NEED_CONFIG] = "kernel option",
        [NEED_HELPER] = "helper",
        [NEED_MAP_TYPE] = "map type",
        [NEED_PROG_TYPE] = "program type",
};

static const char *const state_names[] = {
        [NEED_UNKNOWN] = "unknown", [NEED_HOLDS] = "holds",     [NEED_UNUSED] = "unused",
        [NEED_DOUBTED] = "doubted", [NEED_MISSING] = "missing",
};

static const char *const forecast_names[] = {
        [FORECAST_NONE] = "no prediction", [FORECAST_LOADS] = "loads",   [FORECAST_FALLBACK] = "fallback",
        [FORECAST_WRONG] = "wrong",        [FORECAST_UNSURE] = "unsure", [FORECAST_REJECTED] = "rejected",
};

const char *need_kind_name(enum need_kind k)
{
	return k < NEED_KIND_COUNT ? kind_names[k] : "?";
}

const char *need_state_name(enum need_state s)
{
	return s < NEED_STATE_COUNT ? state_names[s] : "?";
}

const char *forecast_name(enum forecast f)
{
	return f < FORECAST_COUNT ? forecast_names[f] : "?";
}

const char *predict_outcome_name(const struct predict_outcome *o)
{
	if (o->p.outcome != RELO_GUARDED || o->reach == REACH_NEVER)
		return relo_outcome_name(o->p.outcome);
	return o->reach == REACH_ALWAYS ? relo_outcome_name(RELO_FATAL) : "unresolved";
}

char *predict_cell_text(const struct predict_cell *c)
{
	const char *class = reject_class_name(c->class);

	return *class ? xasprintf("%s: %s", forecast_name(c->forecast), class) : xstrdup(forecast_name(c->forecast));
}

bool predict_is_fallback(const struct predict_outcome *o)
{
	return o->p.outcome == RELO_ABSENT || o->p.outcome == RELO_GUARDED;
}

int predict_answer(const struct predict_cell *c, size_t rule)
{
	return rule < c->answer_count ? c->answers[rule] : -ENODATA;
}

struct prediction *prediction_new(size_t kernels, size_t objects)
{
	struct prediction *p = xcalloc(1, sizeof(*p));

	p->kernels = xcalloc(kernels, sizeof(*p->kernels));
	p->kernel_count = kernels;
	p->objects = xcalloc(ARCH_MAX * objects, sizeof(*p->objects));
	p->object_count = objects;
	p->cells = xcalloc(kernels * objects, sizeof(*p->cells));
	return p;
}

struct predict_object *prediction_object(const struct prediction *p, size_t kernel, size_t object)
{
	return &p->objects[p->kernels[kernel].arch * p->object_count + object];
}

struct predict_cell *prediction_cell(const struct prediction *p, size_t kernel, size_t object)
{
	return &p->cells[kernel * p->object_count + object];
}

static void free_object(struct predict_object *o)
{
	for (uint32_t i = 0; i < o->record_count; i++) {
		free(o->records[i].program);
		free(o->records[i].section);
		free(o->records[i].type);
		free(o->records[i].access);
		free(o->records[i].spec);
		free(o->records[i].source);
	}
	for (uint32_t i = 0; i < o->need_count; i++) {
		free(o->needs[i].name);
		free(o->needs[i].user);
	}
	free(o->records);
	free(o->needs);
	free(o->name);
	free(o->reason);
}

void predict_cell_free(struct predict_cell *c)
{
	for (uint32_t i = 0; i < c->outcome_count; i++)
		relo_prediction_free(&c->outcomes[i].p);
	free(c->outcomes);
	for (uint32_t i = 0; c->need_notes && i < c->need_count; i++)
		free(c->need_notes[i]);
	free(c->need_notes);
	free(c->needs);
	for (uint32_t i = 0; i < c->finding_count; i++) {
		free(c->findings[i].program);
		free(c->findings[i].text);
	}
	free(c->findings);
	free(c->answers);
	free(c->reason);
}

void prediction_free(struct prediction *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->kernel_count; i++) {
		free(p->kernels[i].id);
		free(p->kernels[i].reason);
	}
	for (size_t i = 0; i < ARCH_MAX * p->object_count; i++)
		free_object(&p->objects[i]);
	for (size_t i = 0; i < p->kernel_count * p->object_count; i++)
		predict_cell_free(&p->cells[i]);
	free(p->kernels);
	free(p->objects);
	free(p->cells);
	free(p);
}

/* ---- from the worker ---- */

/* The list of `*count` entries that `pack` is about to read, or the one it writes. */
static void *list_of(struct pack *pack, uint32_t *count, size_t min_size, void *list, size_t entry)
{
	pack_count(pack, count, min_size);
	if (pack->out)
		return list;
	*count = pack->failed ? 0 : *count;
	return xcalloc(*count, entry);
}

static void pack_record(struct pack *pack, struct predict_record *r)
{
	pack_str(pack, &r->program);
	pack_str(pack, &r->section);
	pack_str(pack, &r->type);
	pack_str(pack, &r->access);
	pack_str(pack, &r->spec);
	pack_u32(pack, &r->number);
	pack_u32(pack, &r->insn);
	pack_u32(pack, &r->kind);
	pack_u64(pack, &r->local);
	pack_bool(pack, &r->skipped);
	pack_str(pack, &r->source);
}

static void pack_need(struct pack *pack, struct need *n)
{
	pack_u8(pack, &n->kind);
	pack_str(pack, &n->name);
	pack_str(pack, &n->user);
	pack_u32(pack, &n->number);
	pack_bool(pack, &n->optional);
}

void prediction_pack_object(struct pack *pack, struct predict_object *o)
{
	pack_u8(pack, &o->class);
	pack_str(pack, &o->reason);
	pack_bool(pack, &o->failed);
	pack_u32(pack, &o->programs);
	o->records = list_of(pack, &o->record_count, 45, o->records, sizeof(*o->records));
	for (uint32_t i = 0; i < o->record_count; i++)
		pack_record(pack, &o->records[i]);
	o->needs = list_of(pack, &o->need_count, 14, o->needs, sizeof(*o->needs));
	for (uint32_t i = 0; i < o->need_count; i++)
		pack_need(pack, &o->needs[i]);
}

static void pack_outcome(struct pack *pack, struct predict_outcome *o)
{
	uint8_t outcome = (uint8_t)o->p.outcome;

	pack_u8(pack, &outcome);
	o->p.outcome = (enum relo_outcome)outcome;
	pack_u8(pack, &o->p.says.seen);
	pack_u64(pack, &o->p.says.value);
	pack_u8(pack, &o->p.says.width);
	pack_u32(pack, &o->p.candidates);
	pack_u32(pack, &o->p.local_size);
	pack_u32(pack, &o->p.target_size);
	pack_str(pack, &o->p.target);
	pack_str(pack, &o->p.note);
	pack_u8(pack, &o->reach);
}

void prediction_pack_cell(struct pack *pack, struct predict_cell *c)
{
	pack_u8(pack, &c->forecast);
	pack_u8(pack, &c->class);
	pack_u8(pack, &c->phase);
	pack_str(pack, &c->reason);
	c->outcomes = list_of(pack, &c->outcome_count, 32, c->outcomes, sizeof(*c->outcomes));
	for (uint32_t i = 0; i < c->outcome_count; i++)
		pack_outcome(pack, &c->outcomes[i]);
	c->needs = list_of(pack, &c->need_count, 5, c->needs, sizeof(*c->needs));
	if (!pack->out)
		c->need_notes = xcalloc(c->need_count, sizeof(*c->need_notes));
	for (uint32_t i = 0; i < c->need_count; i++) {
		pack_u8(pack, &c->needs[i]);
		pack_str(pack, &c->need_notes[i]);
	}
	c->findings = list_of(pack, &c->finding_count, 11, c->findings, sizeof(*c->findings));
	for (uint32_t i = 0; i < c->finding_count; i++) {
		pack_u8(pack, &c->findings[i].forecast);
		pack_u8(pack, &c->findings[i].class);
		pack_u8(pack, &c->findings[i].phase);
		pack_str(pack, &c->findings[i].program);
		pack_str(pack, &c->findings[i].text);
	}
	c->answers = list_of(pack, &c->answer_count, 4, c->answers, sizeof(*c->answers));
	for (uint32_t i = 0; i < c->answer_count; i++)
		pack_i32(pack, &c->answers[i]);
}
