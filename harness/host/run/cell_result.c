/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/cell_result.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/judge/judge.h"
#include "host/judge/kernel_said.h"
#include "host/lib/text.h"
#include "host/predict/predict_agree.h"
#include "host/resolve/relo_judge.h"
#include "wire/loader_pack.h"

static void add_program(struct result_cell *cell, const struct program_fact *f)
{
	struct result_program *p = result_add_program(cell);

	text_set(&p->name, f->name);
	text_set(&p->section, f->section);
	text_set(&p->type, f->type);
	text_set(&p->log, f->reason);
	p->autoload = f->autoload;
	p->loaded = f->loaded;
	p->attached = f->attached;
	p->alone = f->alone;
	p->err = f->err;
	/* a number from a guest, which need not be a term */
	p->evidence = f->evidence < EVIDENCE_COUNT ? (enum evidence)f->evidence : EVIDENCE_UNKNOWN;
	p->run_cnt = f->run_cnt;
	p->workload_runs = f->workload_runs;
	p->noise_runs = f->noise_runs;
	p->recursion_misses = f->recursion_misses;
	p->missed = f->missed;
	text_set(&p->never_driven, f->never_driven);
	p->cost = f->cost;
	text_set(&p->stopped, f->stopped);
	for (uint32_t i = 0; i < f->line_count; i++) {
		struct result_line *l = result_add_line(p);

		text_set(&l->place, f->lines[i].place);
		text_set(&l->text, f->lines[i].text);
		l->insns = f->lines[i].insns;
	}
}

static struct result_relocation *add_relocation(struct result_cell *cell, const struct relo_fact *f)
{
	struct result_relocation *r = result_add_relocation(cell);
	cleanup_free char *disagreement = NULL;

	text_set(&r->program, f->program);
	text_set(&r->section, f->section);
	text_set(&r->kind, relo_kind_name(f->kind));
	text_set(&r->type, f->type);
	text_set(&r->access, f->access);
	text_set(&r->spec, f->spec);
	r->number = f->number;
	r->insn = f->insn;
	r->local = f->local;
	r->outcome = relo_judge(f, &disagreement);
	r->has_target = relo_judge_value(f, &r->target, NULL);
	if (disagreement)
		text_set(&r->disagreement, disagreement);
	return r;
}

/*
 * What libbpf would have put there, the prediction says; a loader that puts something else there is right or wrong by
 * the values that its program reads, and the harness contradicts itself in nothing.
 */
static void note_difference(struct result_relocation *r)
{
	if (!*r->disagreement)
		return;
	text_set(&r->differs, r->disagreement);
	text_set(&r->disagreement, "");
}

/* Records of one object that a loader carries stand together, in the object's order. */
static void add_carried(struct result_cell *cell, const struct session_cell *facts, const struct prediction *p,
                        size_t kernel, size_t loader)
{
	size_t first = 0;

	for (size_t i = 0; i < facts->relo_count; i++) {
		const struct relo_fact *f = &facts->relos[i];
		size_t object = loader + 1 + f->object;
		struct result_relocation *r = add_relocation(cell, f);

		if (f->object != facts->relos[first].object)
			first = i;
		if (r->outcome == RELO_NOT_ATTEMPTED)
			text_set(&r->note, f->line);
		if (p && object < p->object_count) {
			text_set(&r->object, p->objects[object].name);
			predict_agree_relocation(prediction_object(p, kernel, object),
			                         prediction_cell(p, kernel, object), i - first, f, r);
		}
		note_difference(r);
	}
}

static void add_truth(struct result_cell *cell, const struct truth_fact *f)
{
	struct result_truth *t = result_add_truth(cell);

	text_set(&t->workload, f->workload);
	text_set(&t->field, f->field);
	text_set(&t->expected, f->expected);
	text_set(&t->observed, f->observed);
	text_set(&t->hint, f->hint);
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

static bool is_loader(const struct cell_end_fact *end)
{
	return end->source && !strcmp(end->source, LOADER_EVENT_SOURCE);
}

static void add_relocations(struct result_cell *cell, const struct session_cell *facts, const struct prediction *p,
                            size_t kernel, size_t object)
{
	for (size_t i = 0; i < facts->relo_count; i++) {
		struct result_relocation *r = add_relocation(cell, &facts->relos[i]);

		if (p)
			predict_agree_relocation(prediction_object(p, kernel, object),
			                         prediction_cell(p, kernel, object), i, &facts->relos[i], r);
	}
}

/* `p` is NULL when there is no prediction. */
static void fill(struct result_cell *cell, const struct session_cell *facts, const struct prediction *p, size_t kernel,
                 size_t object)
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
	if (is_loader(end))
		add_carried(cell, facts, p, kernel, object);
	else
		add_relocations(cell, facts, p, kernel, object);
	for (size_t i = 0; i < facts->truth_count; i++)
		add_truth(cell, &facts->truths[i]);
	kernel_said_find(buf_str(&facts->kernel_log), &cell->kernel_said);
	cell->events = end->events;
	cell->lost = end->lost;
	text_set(&cell->source, end->source);
	text_set(&cell->event_type, end->event_type);
	text_set(&cell->unchecked, end->unchecked);
	text_set(&cell->effects, end->effects ? end->effects : "");
	text_set(&cell->impossible, end->impossible ? end->impossible : "");
	text_set(&cell->absent_externs, end->absent_externs ? end->absent_externs : "");
	cell->ms = (double)(facts->end_ms - facts->begin_ms);
	cell->open_ms = (double)end->open_ns / 1e6;
	cell->attach_ms = (double)end->attach_ns / 1e6;
	cell->run_ms = (double)end->run_ns / 1e6;
	if (is_loader(end))
		judge_loader(cell, &judged);
	else
		judge_cell(cell, &judged);
	if (p)
		predict_agree_cell(prediction_object(p, kernel, object), prediction_cell(p, kernel, object), cell);
}

void cell_result_fill(struct result_cell *cell, const struct session_cell *facts)
{
	fill(cell, facts, NULL, 0, 0);
}

void cell_result_fill_predicted(struct result_cell *cell, const struct session_cell *facts,
                                const struct prediction *prediction, size_t kernel, size_t object)
{
	fill(cell, facts, prediction, kernel, object);
}

void cell_result_infra(struct result_cell *cell, const char *reason)
{
	cell->verdict = VERDICT_INFRA;
	cell->class = CLASS_NONE;
	cell->evidence = EVIDENCE_UNKNOWN;
	cell->as_expected = false;
	text_set(&cell->reason, reason);
}
