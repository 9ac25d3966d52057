/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/workload_subject.h"

#include <stdlib.h>
#include <string.h>

#include "agent/truth/life.h"
#include "agent/truth/understood.h"
#include "base/cleanup.h"

/*
 * For events that come late; waited for only when a subject's never came. Programs whose attach points are all known
 * run while the subject lives, so that their events are there as soon as the guest has nothing else to do; others, and
 * those that may defer work, hand over theirs at any time.
 */
#define PROMPT_EVENT_MS 20
#define LATE_EVENT_MS 100
void workload_hindrance(struct workload_run *run, const char *what, int code)
{
	const char *name = strerrorname_np(code);
	cleanup_free char *text = xasprintf("%s: %s", what, name ? name : strerror(code));

	effect_add_hindrance(run->effects, text);
}

/* By a timer, or by a function of the kernel's, of which some queue work. */
static bool may_defer(const struct workload_run *run)
{
	for (size_t i = 0; i < run->attribution.hints.insn_count; i++) {
		const struct bpf_insn *insn = &run->insns[i];

		if (insn->code != (BPF_JMP | BPF_CALL))
			continue;
		if (insn->src_reg == BPF_PSEUDO_KFUNC_CALL || (!insn->src_reg && insn->imm == BPF_FUNC_timer_start))
			return true;
	}
	return false;
}

static int late_event_ms(const struct workload_run *run)
{
	const struct trigger_summary *t = &run->request->triggers;

	return t->triggers | t->drives && !t->unknown && !may_defer(run) ? PROMPT_EVENT_MS : LATE_EVENT_MS;
}

/* An object that stays silent shall not cost a wait per subject: the first one tells whether events come late. */
static void late_events_take(struct workload_run *run)
{
	size_t count;

	capture_events(run->capture, &count);
	if (count || (run->waited && !run->late))
		return;
	capture_drain(run->capture, late_event_ms(run));
	capture_events(run->capture, &count);
	run->waited = true;
	run->late |= count > 0;
}

/* What events say of the process that the subject forked; 0 when none is about it. */
static size_t child_judge(struct workload_run *run, const struct subject_kind *kind, const struct life *life,
                          const struct scene *scene)
{
	struct attribution_subject child = {
	        .identity = {.workload = kind->name,
	                     .skip = compare_unclear_keys(kind->group),
	                     .at = &life->child,
	                     .before = &life->child,
	                     .after = &life->child},
	        .scene = scene,
	        .sharp = true,
	};

	return life->has_child ? attribution_judge(&run->attribution, &child) : 0;
}

static void no_event_note(struct workload_run *run, const struct subject_kind *kind,
                          const struct compare_subject *identity)
{
	const struct event_layout *layout = run->layout.type ? &run->layout : NULL;
	struct missed *m;

	if (choice_knows(&run->choice, kind)) {
		compare_no_event(layout, identity, &run->attribution.facts);
		return;
	}
	run->missed.at = xrealloc(run->missed.at, run->missed.count + 1, sizeof(*run->missed.at));
	m = &run->missed.at[run->missed.count++];
	*m = (struct missed){.group = kind->group, .passed_by = run_counts_passed_by(run->runs)};
	compare_no_event(layout, identity, &m->facts);
}

/* The values of a printed line whose names tell nothing, as one record; NULL when there is none. */
static struct buf *line_values(const struct workload_run *run, const struct capture_event *e, const char **format)
{
	cleanup_event struct event read;
	struct buf *out = NULL;

	*format = print_formats_decode(&run->formats, e->bytes, e->len, &read);
	for (size_t i = 0; i < read.count; i++) {
		const struct event_value *v = &read.values[i];

		out = out ? out : xcalloc(1, sizeof(*out));
		if (!print_format_names(v->name))
			buf_add(out, v->text, v->text_len);
		buf_putc(out, '\0');
	}
	return out;
}

/* The events of a subject's life as they are, or the unnamed values of printed ones. */
static void observe_life(struct workload_run *run, const struct subject_kind *kind, const struct life *life,
                         const struct truth *at)
{
	size_t count, kept = 0;
	const struct capture_event *events = capture_events(run->capture, &count);
	const struct observe_life about = {
	        .workload = kind->name,
	        .due = choice_knows(&run->choice, kind) && !run->tentative,
	        .at = at,
	        .before = &life->before,
	        .after = &life->after,
	        .scene = &life->scene,
	};
	cleanup_free struct capture_event *lines = NULL;

	lines = xcalloc(count + 1, sizeof(*lines));
	if (!capture_source_prints(capture_source(run->capture))) {
		for (size_t i = 0; i < count; i++)
			if (!events[i].layout || !understood_layout(&run->kconfig, events[i].layout) ||
			    !understood_whose(&events[i]))
				lines[kept++] = events[i];
		observe_add(run->observations, &about, lines, kept);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *format;
		struct buf *values = line_values(run, &events[i], &format);

		if (!values)
			continue;
		lines[kept++] = (struct capture_event){
		        .bytes = values->data, .len = values->len, .source = format, .form = RECORD_FIELDS};
		free(values);
	}
	observe_add(run->observations, &about, lines, kept);
	for (size_t i = 0; i < kept; i++)
		free(lines[i].bytes);
}

void workload_subject(struct workload_run *run, struct subject_stage *stage, const struct subject_kind *kind,
                      const struct subject_outcome *before)
{
	cleanup_error struct error err = {0};
	struct life life = {0};
	bool expected = choice_expects(&run->choice, kind), missed = expected && !run->tentative;
	bool driven = !expected && run->choice.reports && choice_drives(&run->choice, kind);
	enum trigger_moment moment = run->request->triggers.moment;
	struct attribution_subject subject = {
	        .identity = {.workload = kind->name, .before = &life.before, .after = &life.after},
	        .scene = choice_knows(&run->choice, kind) || choice_drives(&run->choice, kind) ||
	                                 choice_names(&run->choice, kind->group)
	                         ? &life.scene
	                         : NULL,
	        .expected = expected,
	        .noisy = kind->noisy,
	        .sharp = kind->action != ACTION_NONE || moment != MOMENT_UNKNOWN,
	};
	const struct life_watch watch = {.capture = run->capture,
	                                 .runs = run->runs,
	                                 .attribution = &run->attribution,
	                                 .wanted = run->choice.wanted,
	                                 .acted_on = choice_has_rule_of(&run->choice, kind)};
	size_t answers, compared = run->attribution.facts.count, events;

	run_counts_life(run->runs);
	/* Whether the thread that forked it is its parent now, or its tracer, is not for a field's name to tell. */
	if (kind->traced)
		subject.identity.skip = 1u << TRUTH_PARENT_TID;
	if (kind->action != ACTION_NONE)
		subject.identity.skip = compare_unclear_keys(kind->group);
	else if (moment != MOMENT_UNKNOWN)
		subject.identity.at = moment == MOMENT_BEFORE ? &life.before : &life.after;
	if (life_lead(&watch, stage, kind, &life, &err) < 0) {
		expected = missed = false;
		capture_drain(run->capture, 0);
	}
	/* Who cannot take all events cannot say that one is missing. */
	if (capture_hindrance(run->capture))
		expected = missed = false;
	if (life.unread)
		workload_hindrance(run, "reading /proc", life.unread);
	if (!life.skipped && !*life.outcome.call)
		run->done |= kind->triggers;
	if (!life.skipped)
		effect_add(run->effects, kind, &life.outcome, before);
	if (life.skipped || !life.has_before || capture_source(run->capture) == SOURCE_NONE)
		return;
	if (expected && !life.early)
		late_events_take(run);
	capture_events(run->capture, &events);
	subject.tentative = driven || (run->tentative && !run_counts_made_all(run->runs, events));
	/* Of a fork, either of the two may be reported; an event that nobody owns is judged only when neither is. */
	subject.expected = (expected || driven) && !life.has_child;
	answers = attribution_judge(&run->attribution, &subject);
	answers += child_judge(run, kind, &life, answers ? NULL : subject.scene);
	if (!answers && expected && life.has_child) {
		subject.expected = true;
		answers = attribution_judge(&run->attribution, &subject);
	}
	if (run->observes)
		observe_life(run, kind, &life, subject.identity.at);
	for (size_t i = 0; i < run->attribution.maker_count; i++)
		run_counts_compared(run->runs, run->attribution.makers[i]);
	run->attribution.maker_count = 0;
	run_counts_attribute(run->runs, events, answers && run->attribution.facts.count > compared);
	if (answers)
		run->answered |= WORKLOAD_BIT(kind->group);
	if (!answers && !life.early && missed)
		no_event_note(run, kind, &subject.identity);
	run->expects |= missed && choice_knows(&run->choice, kind);
}

/* A hook that the kernel comes to, though not for what was done: the ini named what does not fire it. */
static bool is_elsewhere(const struct workload_run *run, const struct missed *m)
{
	return m->passed_by && run_counts_total(run->runs);
}

void workload_missed(struct workload_run *run)
{
	struct fact_list *facts = &run->attribution.facts;

	for (size_t i = 0; i < run->missed.count; i++) {
		struct missed *m = &run->missed.at[i];

		if (run->answered & WORKLOAD_BIT(m->group) || is_elsewhere(run, m)) {
			fact_list_cut(&m->facts, 0);
		} else {
			facts->facts = xrealloc(facts->facts, facts->count + m->facts.count, sizeof(*facts->facts));
			memcpy(facts->facts + facts->count, m->facts.facts, m->facts.count * sizeof(*facts->facts));
			facts->count += m->facts.count;
			run->expects = true;
		}
		free(m->facts.facts);
	}
	free(run->missed.at);
	run->missed = (struct missed_list){0};
}
