/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_forecast.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* What libbpf's load does, in its order (bpf_object_load), and then the agent. */
enum step { STEP_OPEN, STEP_BTF, STEP_EXTERNS, STEP_STRUCT_OPS, STEP_MAPS, STEP_RELOCATE, STEP_PROGRAMS, STEP_ATTACH };

static const struct {
	enum step step;
	enum reject_class class;
} need_failures[] = {
        [NEED_TRACEPOINT] = {STEP_ATTACH, CLASS_ATTACH_TARGET},
        [NEED_RAW_TRACEPOINT] = {STEP_ATTACH, CLASS_ATTACH_TARGET},
        [NEED_BTF_TRACEPOINT] = {STEP_PROGRAMS, CLASS_ATTACH_TARGET},
        [NEED_FUNCTION] = {STEP_PROGRAMS, CLASS_ATTACH_TARGET},
        [NEED_KPROBE] = {STEP_ATTACH, CLASS_ATTACH_TARGET},
        [NEED_SYSCALL] = {STEP_ATTACH, CLASS_ATTACH_TARGET},
        [NEED_LSM] = {STEP_PROGRAMS, CLASS_ATTACH_TARGET},
        [NEED_ITERATOR] = {STEP_PROGRAMS, CLASS_ATTACH_TARGET},
        [NEED_KFUNC] = {STEP_EXTERNS, CLASS_KFUNC},
        [NEED_VARIABLE] = {STEP_EXTERNS, CLASS_EXTERN},
        [NEED_STRUCT_OPS] = {STEP_STRUCT_OPS, CLASS_ATTACH_TARGET},
        [NEED_STRUCT_OPS_MEMBER] = {STEP_STRUCT_OPS, CLASS_ATTACH_TARGET},
        [NEED_CONFIG] = {STEP_EXTERNS, CLASS_EXTERN},
        [NEED_HELPER] = {STEP_PROGRAMS, CLASS_HELPER},
        [NEED_MAP_TYPE] = {STEP_MAPS, CLASS_MAP_TYPE},
        [NEED_PROG_TYPE] = {STEP_PROGRAMS, CLASS_PROG_TYPE},
};

/* The failure that decides so far. */
struct verdict_so_far {
	enum forecast forecast;
	enum step step;
	uint32_t turn; /* within STEP_PROGRAMS */
	enum reject_class class;
	char *reason;
};

/*
 * libbpf loads one program after another, of each of which it looks for the target before the kernel sees it. What is
 * the matter with a function that several call comes with the first.
 */
static uint32_t turn_of(const struct predict_object *o, const char *program, bool target)
{
	uint32_t turn = 0;

	for (uint32_t i = 0; i < o->need_count; i++) {
		if (o->needs[i].kind != NEED_PROG_TYPE)
			continue;
		if (!strcmp(o->needs[i].user, program))
			return 2 * turn + !target;
		turn++;
	}
	return !target;
}

/* Takes over `reason`. */
static void consider_turn(struct verdict_so_far *v, enum forecast forecast, enum step step, uint32_t turn,
                          enum reject_class class, char *reason)
{
	if (forecast < v->forecast ||
	    (forecast == v->forecast && (step > v->step || (step == v->step && turn >= v->turn)))) {
		free(reason);
		return;
	}
	free(v->reason);
	*v = (struct verdict_so_far){forecast, step, turn, class, reason};
}

static void consider(struct verdict_so_far *v, enum forecast forecast, enum step step, enum reject_class class,
                     char *reason)
{
	consider_turn(v, forecast, step, 0, class, reason);
}

static enum cell_phase phase_of(enum step step)
{
	return step == STEP_OPEN ? PHASE_OPEN : step == STEP_ATTACH ? PHASE_ATTACH : PHASE_LOAD;
}

static void consider_record(struct verdict_so_far *v, const struct predict_object *object,
                            const struct predict_record *r, const struct predict_outcome *o)
{
	char *reason;

	if (o->p.outcome == RELO_AMBIGUOUS || o->p.outcome == RELO_ERROR) {
		consider(v, FORECAST_REJECTED, STEP_RELOCATE,
		         o->p.outcome == RELO_AMBIGUOUS ? CLASS_AMBIGUOUS : CLASS_RELOCATION,
		         xasprintf("program %s: %s %s: %s", r->program, relo_kind_name(r->kind), r->spec, o->p.note));
		return;
	}
	/* of a field that drifted some values are read right all the same */
	if (o->p.outcome == RELO_DRIFT && r->kind == BPF_CORE_ENUMVAL_VALUE)
		consider(v, FORECAST_WRONG, STEP_PROGRAMS, CLASS_NONE,
		         xasprintf("program %s: %s %s is cut: %s", r->program, relo_kind_name(r->kind), r->spec,
		                   o->p.note));
	if (o->p.outcome != RELO_GUARDED || o->reach == REACH_NEVER)
		return;
	reason = xasprintf("program %s: %s %s is missing%s%s, and instruction %u %s", r->program,
	                   relo_kind_name(r->kind), r->spec, *o->p.note ? ": " : "", o->p.note, r->insn,
	                   o->reach == REACH_ALWAYS ? "is reached" : "may be reached");
	consider_turn(v, o->reach == REACH_ALWAYS ? FORECAST_REJECTED : FORECAST_UNSURE, STEP_PROGRAMS,
	              turn_of(object, r->program, false), CLASS_RELOCATION, reason);
}

static void consider_need(struct verdict_so_far *v, const struct predict_object *o, const struct need *n,
                          enum need_state state, const char *note)
{
	enum step step = need_failures[n->kind].step;
	bool target = need_failures[n->kind].class == CLASS_ATTACH_TARGET;
	char *reason;

	if (state != NEED_MISSING && state != NEED_DOUBTED)
		return;
	note = note ? note : "";
	reason = xasprintf("%s%s%s %s is missing%s%s", n->user, *n->user ? ": " : "",
	                   need_kind_name((enum need_kind)n->kind), n->name, *note ? ": " : "", note);
	consider_turn(v, state == NEED_MISSING ? FORECAST_REJECTED : FORECAST_UNSURE, step,
	              step == STEP_PROGRAMS ? turn_of(o, n->user, target) : 0, need_failures[n->kind].class, reason);
}

static void consider_finding(struct verdict_so_far *v, const struct predict_object *o, const struct predict_finding *f)
{
	enum step step = f->phase == PHASE_ATTACH     ? STEP_ATTACH
	                 : f->class == CLASS_MAP_TYPE ? STEP_MAPS
	                                              : STEP_PROGRAMS;

	consider_turn(v, (enum forecast)f->forecast, step, step == STEP_PROGRAMS ? turn_of(o, f->program, false) : 0,
	              (enum reject_class)f->class, xstrdup(f->text));
}

static bool needs_types(const struct predict_object *o)
{
	for (uint32_t i = 0; i < o->record_count; i++)
		if (o->records[i].kind != BPF_CORE_TYPE_ID_LOCAL && !o->records[i].skipped)
			return true;
	for (uint32_t i = 0; i < o->need_count; i++)
		if (need_failures[o->needs[i].kind].step == STEP_STRUCT_OPS || o->needs[i].kind == NEED_FUNCTION ||
		    o->needs[i].kind == NEED_BTF_TRACEPOINT || o->needs[i].kind == NEED_LSM ||
		    o->needs[i].kind == NEED_ITERATOR || o->needs[i].kind == NEED_KFUNC)
			return true;
	return false;
}

/* What makes the object take another way here: the first of it, "" when it does not. */
static char *find_fallback(const struct predict_object *o, const struct predict_cell *c)
{
	for (uint32_t i = 0; i < c->outcome_count; i++)
		if (predict_is_fallback(&c->outcomes[i]))
			return xasprintf("%s %s is %s", relo_kind_name(o->records[i].kind), o->records[i].spec,
			                 predict_outcome_name(&c->outcomes[i]));
	for (uint32_t i = 0; i < c->need_count; i++)
		/* an option that is off is a value like any other */
		if (c->needs[i] == NEED_UNUSED && o->needs[i].kind != NEED_CONFIG)
			return xasprintf("%s %s is missing, and not used", need_kind_name(o->needs[i].kind),
			                 o->needs[i].name);
	return NULL;
}

void predict_forecast(const struct predict_kernel *k, const struct predict_object *o, struct predict_cell *c)
{
	struct verdict_so_far v = {.forecast = FORECAST_LOADS, .step = STEP_ATTACH + 1};
	char *fallback = NULL;

	if (o->failed || k->failed)
		v = (struct verdict_so_far){FORECAST_NONE, STEP_OPEN, 0, CLASS_NONE,
		                            xstrdup(o->failed ? o->reason : k->reason)};
	else if (o->class != CLASS_NONE)
		consider(&v, FORECAST_REJECTED, STEP_OPEN, o->class, xstrdup(o->reason));
	else if (!k->has_btf && needs_types(o))
		consider(&v, FORECAST_REJECTED, STEP_BTF, CLASS_NO_KERNEL_BTF, xstrdup("the kernel has no BTF"));
	for (uint32_t i = 0; i < c->outcome_count; i++)
		consider_record(&v, o, &o->records[i], &c->outcomes[i]);
	for (uint32_t i = 0; i < c->need_count; i++)
		consider_need(&v, o, &o->needs[i], c->needs[i], c->need_notes ? c->need_notes[i] : NULL);
	for (uint32_t i = 0; i < c->finding_count; i++)
		consider_finding(&v, o, &c->findings[i]);
	if (v.forecast == FORECAST_LOADS && (fallback = find_fallback(o, c)))
		v = (struct verdict_so_far){FORECAST_FALLBACK, STEP_ATTACH, 0, CLASS_NONE, fallback};
	c->forecast = (uint8_t)v.forecast;
	c->class = (uint8_t)v.class;
	c->phase = (uint8_t)(v.forecast < FORECAST_UNSURE ? PHASE_DONE : phase_of(v.step));
	free(c->reason);
	c->reason = v.reason ? v.reason : xstrdup("");
}
