/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/workload.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/capture.h"
#include "agent/compare.h"
#include "agent/event.h"
#include "agent/hint.h"
#include "agent/subject.h"
#include "agent/truth.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* For events that an object hands over late (from a timer, say); waited for only when a subject's never came. */
#define LATE_EVENT_MS 100
/* An object may send thousands of events per subject: these many are listed in full, then only what is wrong. */
#define EVENTS_LISTED 16
#define WRONG_LISTED 16

/* Which of a subject's two truths an object's events speak of. */
enum moment { MOMENT_BEFORE, MOMENT_AFTER, MOMENT_UNKNOWN };

/*
 * Attach targets whose moment is known, by the beginning of the ELF section's name: at the begin of an exec the task
 * still has its old name and thread id, at its end the new ones.
 */
static const struct attach_moment {
	const char *section;
	enum moment moment;
} attach_moments[] = {
        {"tp/syscalls/sys_enter_execve", MOMENT_BEFORE},
        {"tracepoint/syscalls/sys_enter_execve", MOMENT_BEFORE},
        {"ksyscall/execve", MOMENT_BEFORE},
        {"kprobe/__x64_sys_execve", MOMENT_BEFORE},
        {"kprobe/do_execve", MOMENT_BEFORE},
        {"fentry/__x64_sys_execve", MOMENT_BEFORE},
        {"fentry/do_execve", MOMENT_BEFORE},
        {"tp/syscalls/sys_exit_execve", MOMENT_AFTER},
        {"tracepoint/syscalls/sys_exit_execve", MOMENT_AFTER},
        {"kretsyscall/execve", MOMENT_AFTER},
        {"tp/sched/sched_process_exec", MOMENT_AFTER},
        {"tracepoint/sched/sched_process_exec", MOMENT_AFTER},
        {"raw_tp/sched_process_exec", MOMENT_AFTER},
        {"raw_tracepoint/sched_process_exec", MOMENT_AFTER},
        {"tp_btf/sched_process_exec", MOMENT_AFTER},
};

struct run {
	struct capture *capture;
	struct event_layout layout; /* `type` is NULL when events are not decoded by BTF */
	struct hint_context hints;
	struct bpf_insn *insns;
	enum moment moment;
	bool waited, late; /* late events were waited for; and came */
	struct cell_report *report;
	struct fact_list facts;
};

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static enum moment program_moment(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	for (size_t i = 0; i < sizeof(attach_moments) / sizeof(attach_moments[0]); i++)
		if (has_prefix(section, attach_moments[i].section))
			return attach_moments[i].moment;
	return MOMENT_UNKNOWN;
}

/* Known only when all programs agree: nothing tells which of them an event came from. */
static enum moment object_moment(struct bpf_object *obj)
{
	enum moment moment = MOMENT_UNKNOWN;
	struct bpf_program *program;
	bool first = true;

	bpf_object__for_each_program(program, obj)
	{
		if (!bpf_program__autoload(program))
			continue;
		if (first)
			moment = program_moment(program);
		else if (moment != program_moment(program))
			return MOMENT_UNKNOWN;
		first = false;
	}
	return moment;
}

/* The instructions of all loaded programs, for hints. */
static void insns_collect(struct run *run, struct bpf_object *obj)
{
	struct bpf_program *program;
	size_t count = 0;

	bpf_object__for_each_program(program, obj)
	{
		size_t more = bpf_program__fd(program) >= 0 ? bpf_program__insn_cnt(program) : 0;

		if (!more || !bpf_program__insns(program))
			continue;
		run->insns = xrealloc(run->insns, count + more, sizeof(*run->insns));
		memcpy(run->insns + count, bpf_program__insns(program), more * sizeof(*run->insns));
		count += more;
	}
	run->hints.insns = run->insns;
	run->hints.insn_count = count;
}

static int layout_find(struct run *run, struct bpf_object *obj, const char *name, struct error *err)
{
	int rc;

	if (name && !*name)
		name = NULL;
	if (capture_source(run->capture) == SOURCE_PRINTK)
		return 0; /* the lines name their own fields */
	rc = event_layout_read(bpf_object__btf(obj), name ? name : "event", &run->layout, err);
	if (rc != -ENOENT)
		return rc;
	return name ? error_usage(err, "the object's BTF has no struct %s: correct `event` in its ini", name) : 0;
}

static void event_read(const struct run *run, const struct capture_event *raw, struct event *out)
{
	if (run->layout.type)
		event_decode(&run->layout, raw->bytes, raw->len, out);
	else if (capture_source(run->capture) == SOURCE_PRINTK)
		event_decode_pairs(raw->bytes, raw->len, out);
	else
		*out = (struct event){.len = raw->len};
}

static void facts_drop_from(struct fact_list *list, size_t count)
{
	while (list->count > count)
		truth_fact_free(&list->facts[--list->count]);
}

/* Mark in `is_own`, which has an entry for each kept event, those of the subject; returns how many. */
static size_t events_claim(struct run *run, const struct compare_subject *subject, bool *is_own, bool *has_identity)
{
	size_t count, own = 0;
	const struct capture_event *raw = capture_events(run->capture, &count);

	for (size_t i = 0; i < count; i++) {
		cleanup_event struct event e;

		event_read(run, &raw[i], &e);
		is_own[i] = compare_is_own(&e, subject);
		own += is_own[i];
		*has_identity |= compare_has_identity(&e);
	}
	run->report->own_events += own;
	return own;
}

/*
 * Judge the kept events that are the subject's, or all of them when none is: an id may be what is wrong. Returns the
 * number judged.
 */
static size_t events_judge(struct run *run, const struct compare_subject *subject)
{
	size_t count, own, judged = 0, wrong = 0;
	const struct capture_event *raw = capture_events(run->capture, &count);
	cleanup_free bool *is_own = xcalloc(count + 1, sizeof(*is_own));
	bool has_identity = false;

	own = events_claim(run, subject, is_own, &has_identity);
	/* Of an unknown moment and without an id, an event may be anybody's. */
	if (!has_identity && run->moment == MOMENT_UNKNOWN)
		return count;
	for (size_t i = 0; i < count; i++) {
		cleanup_event struct event e = {0};
		size_t before = run->facts.count;
		bool bad;

		if (own && !is_own[i])
			continue;
		event_read(run, &raw[i], &e);
		bad = compare_event(&e, subject, &run->hints, &run->facts) > 0;
		judged++;
		wrong += bad;
		/* Without an id, a whole and right event is the best sign there is. */
		run->report->own_events += !own && !bad && run->facts.count > before;
		if (judged > EVENTS_LISTED && (!bad || wrong > WRONG_LISTED))
			facts_drop_from(&run->facts, before);
	}
	return judged;
}

/* Drop the kept events, but count those of the subject; returns how many these were. */
static size_t events_pass_over(struct run *run, const struct compare_subject *subject)
{
	cleanup_free bool *is_own = NULL;
	bool has_identity = false;
	size_t count;

	capture_events(run->capture, &count);
	is_own = xcalloc(count + 1, sizeof(*is_own));
	count = events_claim(run, subject, is_own, &has_identity);
	capture_forget(run->capture);
	return count;
}

/*
 * Lead one subject through its life. Events from before it blocked for the first time are of a moment that no truth is
 * known for: `*early` of them were its own. Those that came later are kept.
 */
static int subject_live(struct run *run, struct subject_stage *stage, const struct subject_kind *kind,
                        struct truth *before, struct truth *after, size_t *early, struct error *err)
{
	const struct compare_subject unborn = {.workload = kind->name, .at = before, .before = before, .after = before};
	cleanup_subject struct subject *s = NULL;
	int rc = capture_drain(run->capture, 0, err);

	if (rc < 0)
		return rc;
	capture_forget(run->capture); /* what came up to here belongs to nobody */
	if ((rc = subject_spawn(stage, kind, &s, err)) < 0 ||
	    (rc = truth_read(subject_pid(s), subject_tid(s), subject_parent_tid(s), before, err)) < 0 ||
	    (rc = capture_drain(run->capture, 0, err)) < 0)
		return rc;
	*early = events_pass_over(run, &unborn);
	if ((rc = subject_exec(s, err)) < 0 ||
	    (rc = truth_read(subject_pid(s), subject_tid(s), subject_parent_tid(s), after, err)) < 0 ||
	    (rc = subject_finish(s, err)) < 0)
		return rc;
	return capture_drain(run->capture, 0, err);
}

/* An object that stays silent shall not cost a wait per subject: the first one tells whether events come late. */
static int late_events_take(struct run *run, struct error *err)
{
	size_t count;
	int rc;

	capture_events(run->capture, &count);
	if (count || (run->waited && !run->late))
		return 0;
	rc = capture_drain(run->capture, LATE_EVENT_MS, err);
	capture_events(run->capture, &count);
	run->waited = true;
	run->late |= count > 0;
	return rc;
}

static int subject_run(struct run *run, struct subject_stage *stage, const struct subject_kind *kind, struct error *err)
{
	struct truth before, after;
	struct compare_subject subject = {
	        .workload = kind->name,
	        .at = run->moment == MOMENT_BEFORE  ? &before
	              : run->moment == MOMENT_AFTER ? &after
	                                            : NULL,
	        .before = &before,
	        .after = &after,
	};
	size_t early = 0;
	int rc;

	if ((rc = subject_live(run, stage, kind, &before, &after, &early, err)) < 0 ||
	    (rc = early ? 0 : late_events_take(run, err)) < 0)
		return rc;
	if (capture_source(run->capture) != SOURCE_NONE && !events_judge(run, &subject) && !early)
		compare_no_event(run->layout.type ? &run->layout : NULL, &subject, &run->facts);
	return 0;
}

static int subjects_run(struct run *run, uint32_t groups, struct error *err)
{
	cleanup_subject_stage struct subject_stage *stage = NULL;
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);
	int rc = subject_stage_open(&stage, err);

	for (size_t i = 0; i < count && rc == 0; i++)
		if (!groups || groups & 1u << kinds[i].group)
			rc = subject_run(run, stage, &kinds[i], err);
	return rc;
}

static char *unchecked_list(const struct event_layout *layout)
{
	struct buf out = {0};

	for (size_t i = 0; i < layout->count; i++)
		if (compare_field_key(layout, i) < 0)
			buf_printf(&out, "%s%s", out.len ? " " : "", layout->fields[i].path);
	return buf_steal(&out);
}

static void report_fill(struct run *run, struct cell_report *out)
{
	out->truths = run->facts.facts;
	out->truth_count = run->facts.count;
	out->events = run->capture ? capture_total(run->capture) : 0;
	out->lost = run->capture ? capture_lost(run->capture) : 0;
	out->source = xstrdup(event_source_name(run->capture ? capture_source(run->capture) : SOURCE_NONE));
	out->event_type = xstrdup(run->layout.type ? run->layout.type : "");
	out->unchecked = unchecked_list(&run->layout);
}

int workloads_run(struct bpf_object *obj, const struct btf *vmlinux_btf, const char *event_struct,
                  enum event_source source, uint32_t groups, struct cell_report *out, struct error *err)
{
	struct run run = {.report = out};
	int rc;

	*out = (struct cell_report){0};
	run.hints.object_btf = bpf_object__btf(obj);
	run.hints.kernel_btf = vmlinux_btf;
	run.moment = object_moment(obj);
	insns_collect(&run, obj);
	if ((rc = capture_open(obj, source, &run.capture, err)) == 0 &&
	    (rc = layout_find(&run, obj, event_struct, err)) == 0)
		rc = subjects_run(&run, groups, err);
	report_fill(&run, out);
	capture_free(run.capture);
	event_layout_free(&run.layout);
	free(run.insns);
	return rc;
}

void cell_report_free(struct cell_report *report)
{
	for (size_t i = 0; i < report->truth_count; i++)
		truth_fact_free(&report->truths[i]);
	free(report->truths);
	free(report->source);
	free(report->event_type);
	free(report->unchecked);
	*report = (struct cell_report){0};
}
