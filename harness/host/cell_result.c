/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cell_result.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/judge.h"
#include "host/predict_agree.h"
#include "relo/relo_judge.h"
#include "wire/parcel.h"

static void add_program(struct result_cell *cell, const struct program_fact *f)
{
	struct result_program *p = result_add_program(cell);

	result_set_string(&p->name, f->name);
	result_set_string(&p->section, f->section);
	result_set_string(&p->type, f->type);
	result_set_string(&p->log, f->reason);
	p->autoload = f->autoload;
	p->loaded = f->loaded;
	p->attached = f->attached;
	p->alone = f->alone;
	p->err = f->err;
}

static struct result_relocation *add_relocation(struct result_cell *cell, const struct relo_fact *f)
{
	struct result_relocation *r = result_add_relocation(cell);
	cleanup_free char *disagreement = NULL;

	result_set_string(&r->program, f->program);
	result_set_string(&r->section, f->section);
	result_set_string(&r->kind, relo_kind_name(f->kind));
	result_set_string(&r->type, f->type);
	result_set_string(&r->access, f->access);
	result_set_string(&r->spec, f->spec);
	r->number = f->number;
	r->insn = f->insn;
	r->local = f->local;
	r->outcome = relo_judge(f, &disagreement);
	r->has_target = relo_judge_value(f, &r->target, NULL);
	if (disagreement)
		result_set_string(&r->disagreement, disagreement);
	return r;
}

static void add_truth(struct result_cell *cell, const struct truth_fact *f)
{
	struct result_truth *t = result_add_truth(cell);

	result_set_string(&t->workload, f->workload);
	result_set_string(&t->field, f->field);
	result_set_string(&t->expected, f->expected);
	result_set_string(&t->observed, f->observed);
	result_set_string(&t->hint, f->hint);
	t->ok = f->ok;
}

/* The log of the object as a whole: what the tries of single programs said must not explain its failure. */
static char *whole_log(const struct buf *log)
{
	const char *text = buf_str(log), *at = text;

	while ((at = strstr(at, MESSAGE_LOG_ALONE)) && at > text && at[-1] != '\n')
		at++;
	return at ? xstrndup(text, (size_t)(at - text)) : xstrdup(text);
}

/* `object` and `predicted` are NULL when there is no prediction. */
static void fill(struct result_cell *cell, const struct session_cell *facts, const struct predict_object *object,
                 const struct predict_cell *predicted)
{
	const struct cell_end_fact *end = &facts->end.cell_end;
	cleanup_free char *log = whole_log(&facts->log);
	struct judge_facts judged = {
	        .phase = (enum cell_phase)end->phase,
	        .err = end->err,
	        .reason = end->reason,
	        .log = log,
	        .expects_events = end->expects_events,
	        .own_events = end->own_events,
	};

	for (size_t i = 0; i < facts->program_count; i++)
		add_program(cell, &facts->programs[i]);
	for (size_t i = 0; i < facts->relo_count; i++) {
		struct result_relocation *r = add_relocation(cell, &facts->relos[i]);

		if (predicted)
			predict_agree_relocation(object, predicted, i, &facts->relos[i], r);
	}
	for (size_t i = 0; i < facts->truth_count; i++)
		add_truth(cell, &facts->truths[i]);
	cell->events = end->events;
	cell->lost = end->lost;
	result_set_string(&cell->source, end->source);
	result_set_string(&cell->event_type, end->event_type);
	result_set_string(&cell->unchecked, end->unchecked);
	cell->ms = (double)(facts->end_ms - facts->begin_ms);
	cell->open_ms = (double)end->open_ns / 1e6;
	cell->attach_ms = (double)end->attach_ns / 1e6;
	cell->run_ms = (double)end->run_ns / 1e6;
	if (end->source && !strcmp(end->source, PARCEL_EVENT_SOURCE))
		judge_own_loader(cell, &judged);
	else
		judge_cell(cell, &judged);
	if (predicted)
		predict_agree_cell(predicted, cell);
}

void cell_result_fill(struct result_cell *cell, const struct session_cell *facts)
{
	fill(cell, facts, NULL, NULL);
}

void cell_result_fill_predicted(struct result_cell *cell, const struct session_cell *facts,
                                const struct prediction *prediction, size_t kernel, size_t object)
{
	fill(cell, facts, &prediction->objects[object], prediction_cell(prediction, kernel, object));
}

void cell_result_infra(struct result_cell *cell, const char *reason)
{
	cell->verdict = VERDICT_INFRA;
	cell->class = CLASS_NONE;
	cell->as_expected = false;
	result_set_string(&cell->reason, reason);
}
