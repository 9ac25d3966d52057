/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_agree.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/predict/record_source.h"

static void add_disagreement(char **slot, const char *text)
{
	cleanup_free char *both = xasprintf("%s%s%s", *slot, **slot ? "; " : "", text);

	text_set(slot, both);
}

static bool is_same_record(const struct predict_record *r, const struct relo_fact *f)
{
	return r->number == f->number && r->kind == f->kind && r->insn == f->insn && !strcmp(r->section, f->section);
}

/* What the walk through the code said and the verifier refuted; NULL when it did not. */
static char *reach_contradiction(const struct predict_outcome *o, const struct relo_fact *f, enum relo_outcome measured)
{
	if (o->p.says.seen != RELO_SEEN_POISON)
		return NULL;
	if (o->reach == REACH_NEVER && measured == RELO_FATAL)
		return xstrdup("predicted guarded (its instruction is never reached), measured fatal");
	if (o->reach == REACH_ALWAYS && measured == RELO_GUARDED && f->loaded)
		return xstrdup("predicted fatal (its instruction is always reached), measured guarded");
	return NULL;
}

void predict_agree_relocation(const struct predict_object *object, const struct predict_cell *cell, size_t index,
                              const struct relo_fact *fact, struct result_relocation *r)
{
	const struct predict_outcome *o;
	cleanup_free char *text = NULL;

	if (!cell->outcome_count)
		return;
	if (index >= cell->outcome_count || index >= object->record_count ||
	    !is_same_record(&object->records[index], fact)) {
		add_disagreement(&r->disagreement, "the prediction knows no such relocation");
		return;
	}
	/* left out by its program's section; that libbpf decided differently is not a contradiction */
	if (object->records[index].skipped)
		return;
	o = &cell->outcomes[index];
	text_set(&r->predicted, predict_outcome_name(o));
	text_set(&r->source, record_source_from_here(object->records[index].source));
	r->local_size = o->p.local_size;
	r->target_size = o->p.target_size;
	text = relo_prediction_contradiction(&o->p, fact, r->outcome);
	text = text ? text : reach_contradiction(o, fact, r->outcome);
	if (text)
		add_disagreement(&r->disagreement, text);
	r->outcome = relo_prediction_refine(&o->p, r->outcome);
}

/* A rejection is refuted by an object that came further than it could. */
static bool is_refuted(const struct predict_cell *cell, const struct result_cell *c)
{
	if (cell->forecast != FORECAST_REJECTED || c->verdict == VERDICT_INFRA)
		return false;
	return c->verdict != VERDICT_REJECTED || c->phase > (enum cell_phase)cell->phase;
}

/* How many of the externs that are 0 have the name, whatever their flavours. */
static size_t count_absent(const char *absent, const char *name)
{
	size_t len = strlen(name), count = 0;

	for (const char *at = absent; *at; at += strcspn(at, " "), at += *at == ' ')
		count += !strncmp(at, name, len) && (!at[len] || at[len] == ' ' || !strncmp(at + len, "___", 3));
	return count;
}

static bool is_same_extern(const struct need *a, const struct need *b)
{
	return a->kind == b->kind && a->optional == b->optional && !strcmp(a->name, b->name);
}

/* Flavours of one name are externs each of its own: what is said of need `first` and those like it, as a whole. */
static char *extern_contradiction(const struct predict_object *object, const struct predict_cell *cell, uint32_t first,
                                  const char *absent)
{
	const struct need *n = &object->needs[first];
	size_t missing = count_absent(absent, n->name), total = 0, held = 0, unused = 0;

	for (uint32_t i = 0; i < object->need_count && i < cell->need_count; i++) {
		if (!is_same_extern(&object->needs[i], n))
			continue;
		if (i < first)
			return NULL;
		total++;
		held += cell->needs[i] == NEED_HOLDS;
		unused += cell->needs[i] == NEED_UNUSED;
	}
	if (missing < unused)
		return xasprintf("%s %s: predicted missing, measured found", need_kind_name(n->kind), n->name);
	if (missing > total - held)
		return xasprintf("%s %s: predicted found, measured missing", need_kind_name(n->kind), n->name);
	return NULL;
}

/* What the types say of weak externs against what libbpf made of them, which is known once an object is loaded. */
static void agree_externs(const struct predict_object *object, const struct predict_cell *cell, struct result_cell *c)
{
	if (c->verdict == VERDICT_INFRA || c->phase <= PHASE_LOAD)
		return;
	for (uint32_t i = 0; i < object->need_count && i < cell->need_count; i++) {
		const struct need *n = &object->needs[i];
		cleanup_free char *text = NULL;

		if (!n->optional || (n->kind != NEED_KFUNC && n->kind != NEED_VARIABLE))
			continue;
		text = extern_contradiction(object, cell, i, c->absent_externs);
		if (text)
			add_disagreement(&c->disagreement, text);
	}
}

/* What was said of single programs, each of which was tried by itself where the object as a whole was refused. */
static void agree_findings(const struct predict_cell *cell, struct result_cell *c)
{
	for (uint32_t i = 0; i < cell->finding_count; i++) {
		const struct predict_finding *f = &cell->findings[i];
		bool refuted = false;

		for (size_t k = 0; f->forecast == FORECAST_REJECTED && k < c->program_count; k++)
			if (!strcmp(c->programs[k].name, f->program))
				refuted |= f->phase == PHASE_ATTACH ? c->programs[k].attached : c->programs[k].loaded;
		if (refuted) {
			cleanup_free char *text = xasprintf("predicted rejected (%s), measured %s", f->text,
			                                    f->phase == PHASE_ATTACH ? "attached" : "loaded");

			add_disagreement(&c->disagreement, text);
		}
	}
}

void predict_agree_cell(const struct predict_object *object, const struct predict_cell *cell, struct result_cell *c)
{
	cleanup_free char *predicted = predict_cell_text(cell), *text = NULL, *measured = NULL;

	if (cell->forecast == FORECAST_NONE)
		return;
	text_set(&c->predicted, predicted);
	agree_externs(object, cell, c);
	agree_findings(cell, c);
	if (!is_refuted(cell, c))
		return;
	measured = result_verdict_text(c->verdict, c->class);
	text = xasprintf("predicted %s in phase %s (%s), measured %s in phase %s", predicted,
	                 cell_phase_name((enum cell_phase)cell->phase), cell->reason, measured,
	                 cell_phase_name(c->phase));
	add_disagreement(&c->disagreement, text);
}
