/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/workload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/deeds/unwatched.h"
#include "agent/deeds/subject.h"
#include "agent/truth/attribution.h"
#include "agent/truth/capture.h"
#include "agent/truth/effect.h"
#include "agent/truth/life.h"
#include "agent/truth/self_check.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"

/*
 * For events that come late; waited for only when a subject's never came. Programs whose attach points are all known
 * run while the subject lives, so that their events are there as soon as the guest has nothing else to do; others, and
 * those that may defer work, hand over theirs at any time.
 */
#define PROMPT_EVENT_MS 20
#define LATE_EVENT_MS 100
/* What all deeds of an object may take, of which an emulated guest needs a second or two. */
#define DEEDS_MS 30000

/*
 * What no event came of though only the ini says that the object reports its group: which of the group's subjects a
 * hook fires for is not known, so it is a fault only when none of them was reported.
 */
struct missed {
	enum workload_group group;
	struct fact_list facts;
};

struct missed_list {
	struct missed *at;
	size_t count;
};

struct run {
	const struct workload_request *request;
	struct capture *capture;
	struct event_layout layout; /* `type` is NULL when events are not decoded by BTF */
	struct bpf_insn *insns;
	struct attribution attribution;
	struct run_counts *runs;
	struct observation_list *observations;
	struct print_formats formats;
	struct kconfig kconfig;
	bool observes;     /* events hold values that only the host can find */
	bool tentative;    /* what programs print is all there is, and nobody said that it is meant for this */
	uint64_t due;      /* bits of enum trigger: what fires programs that hand something over */
	uint32_t wanted;   /* bits 1 << enum truth_key that events have fields for */
	bool reports;      /* events are understood, or the ini vouches for them */
	bool waited, late; /* late events were waited for; and came */
	bool expects;      /* of some subject that was run */
	struct effect_list *effects;
	uint64_t answered; /* bits WORKLOAD_BIT: of a subject of it an event came */
	struct missed_list missed;
};

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
	run->attribution.hints.insns = run->insns;
	run->attribution.hints.insn_count = count;
}

static int layout_find(struct run *run, struct error *err)
{
	const char *name = run->request->event_struct;
	const struct btf *types = run->request->event_types;
	int rc;

	if (name && !*name)
		name = NULL;
	if (capture_source_prints(capture_source(run->capture)))
		return 0; /* the lines name their own fields */
	if (run->request->event_layout)
		return event_layout_members(run->request->event_layout, &run->layout, err);
	rc = event_layout_read(types ? types : bpf_object__btf(run->request->obj), name ? name : "event", &run->layout,
	                       err);
	if (rc != -ENOENT)
		return rc;
	return name ? error_usage(err, "the object's BTF has no struct %s: correct `event` in its ini", name) : 0;
}

static bool field_is_checked(const struct run *run, const struct event_layout *layout, size_t i)
{
	return compare_field_key(layout, i) >= 0 || scene_field_key(layout, i) >= 0 || self_check_field(layout, i) ||
	       kconfig_field(&run->kconfig, layout->fields[i].path);
}

static bool layout_is_understood(const struct run *run, const struct event_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (field_is_checked(run, layout, i))
			return true;
	return false;
}

/* An entry by whose key nobody can tell whose it is; what else is in it may have a name. */
static bool is_keyed_by_the_unknown(const struct capture_event *e)
{
	if (e->form != RECORD_ENTRY || !e->key_size)
		return false;
	for (size_t i = 0; i < e->layout->count; i++)
		if (compare_is_identity(compare_field_key(e->layout, i)))
			return false;
	return true;
}

static bool some_map_is_understood(const struct run *run)
{
	const struct event_layout *layout;

	for (size_t i = 0; (layout = capture_map_layout(run->capture, i)); i++)
		if (layout_is_understood(run, layout))
			return true;
	return false;
}

static uint32_t wanted_truths(const struct run *run)
{
	uint32_t wanted = 0;

	if (capture_source_prints(capture_source(run->capture)) || run->observes)
		return UINT32_MAX; /* the lines name their own fields */
	for (size_t i = 0; i < run->layout.count; i++) {
		int key = compare_field_key(&run->layout, i);

		wanted |= key >= 0 ? 1u << key : 0;
	}
	return wanted;
}

static bool group_is_named(const struct run *run, enum workload_group group)
{
	return (run->request->groups & WORKLOAD_BIT(group)) != 0;
}

static uint64_t group_triggers(enum workload_group group)
{
	uint64_t triggers = 0;
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);

	for (size_t i = 0; i < count; i++)
		if (kinds[i].group == group)
			triggers |= kinds[i].triggers;
	return triggers;
}

static bool is_known_to_fire(const struct run *run, const struct subject_kind *kind)
{
	return run->due & kind->triggers;
}

/* Of a program that hands nothing over itself, no event is missed. */
static uint64_t due_triggers(const struct workload_request *request, const struct run_counts *runs)
{
	uint64_t due = 0;

	for (size_t i = 0; i < runs->count; i++)
		due |= runs->programs[i].hands_over ? request->program_triggers[i] : 0;
	/* what the harness drives itself may have good reason to report nothing */
	return due & request->triggers.triggers;
}

static bool some_hand_over(const struct run_counts *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		if (runs->programs[i].hands_over)
			return true;
	return false;
}

/* By what the harness attached: the program runs, and may have good reason to report nothing. */
static bool is_driven(const struct run *run, const struct subject_kind *kind)
{
	return run->request->triggers.drives & kind->triggers;
}

/*
 * Whether silence about this kind of subject would be a fault. A name in the ini counts for what no attach point tells:
 * an object of which one is known answers for that one.
 */
static bool is_expected(const struct run *run, const struct subject_kind *kind)
{
	uint64_t attached = run->request->triggers.triggers;

	if (!run->reports)
		return false;
	if (is_known_to_fire(run, kind))
		return true;
	return group_is_named(run, kind->group) && !(attached & group_triggers(kind->group));
}

/* By a timer, or by a function of the kernel's, of which some queue work. */
static bool may_defer(const struct run *run)
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

static int late_event_ms(const struct run *run)
{
	const struct trigger_summary *t = &run->request->triggers;

	return t->triggers | t->drives && !t->unknown && !may_defer(run) ? PROMPT_EVENT_MS : LATE_EVENT_MS;
}

/* An object that stays silent shall not cost a wait per subject: the first one tells whether events come late. */
static void late_events_take(struct run *run)
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

/*
 * Names under which other objects than a task have fields too: the state of a socket, the time that something else
 * began. Only of a deed that is about tasks it is clear whose they are; a task that ends is in no state.
 */
static uint32_t unclear_keys(const struct subject_kind *kind)
{
	bool about_tasks = kind->group == WORKLOAD_FORK || kind->group == WORKLOAD_SETUID;

	return 1u << TRUTH_STATE | (about_tasks ? 0 : 1u << TRUTH_START);
}

/* What events say of the process that the subject forked; 0 when none is about it. */
static size_t child_judge(struct run *run, const struct subject_kind *kind, const struct life *life,
                          const struct scene *scene)
{
	struct attribution_subject child = {
	        .identity = {.workload = kind->name,
	                     .skip = unclear_keys(kind),
	                     .at = &life->child,
	                     .before = &life->child,
	                     .after = &life->child},
	        .scene = scene,
	        .sharp = true,
	};

	return life->has_child ? attribution_judge(&run->attribution, &child) : 0;
}

static void no_event_note(struct run *run, const struct subject_kind *kind, const struct compare_subject *identity)
{
	const struct event_layout *layout = run->layout.type ? &run->layout : NULL;
	struct missed *m;

	if (is_known_to_fire(run, kind)) {
		compare_no_event(layout, identity, &run->attribution.facts);
		return;
	}
	run->missed.at = xrealloc(run->missed.at, run->missed.count + 1, sizeof(*run->missed.at));
	m = &run->missed.at[run->missed.count++];
	*m = (struct missed){.group = kind->group};
	compare_no_event(layout, identity, &m->facts);
}

/* The values of a printed line whose names tell nothing, as one record; NULL when there is none. */
static struct buf *line_values(const struct run *run, const struct capture_event *e, const char **format)
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
static void observe_life(struct run *run, const struct subject_kind *kind, const struct life *life,
                         const struct truth *at)
{
	size_t count, kept = 0;
	const struct capture_event *events = capture_events(run->capture, &count);
	const struct observe_life about = {
	        .workload = kind->name,
	        .due = is_known_to_fire(run, kind) && !run->tentative,
	        .at = at,
	        .before = &life->before,
	        .after = &life->after,
	        .scene = &life->scene,
	};
	cleanup_free struct capture_event *lines = NULL;

	lines = xcalloc(count + 1, sizeof(*lines));
	if (!capture_source_prints(capture_source(run->capture))) {
		for (size_t i = 0; i < count; i++)
			if (!events[i].layout || !layout_is_understood(run, events[i].layout) ||
			    is_keyed_by_the_unknown(&events[i]))
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

static void hindrance_add(struct run *run, const char *what, int code)
{
	const char *name = strerrorname_np(code);
	cleanup_free char *text = xasprintf("%s: %s", what, name ? name : strerror(code));

	effect_add_hindrance(run->effects, text);
}

static void subject_run(struct run *run, struct subject_stage *stage, const struct subject_kind *kind,
                        const struct subject_outcome *before)
{
	cleanup_error struct error err = {0};
	struct life life = {0};
	bool expected = is_expected(run, kind), missed = expected && !run->tentative;
	bool driven = !expected && run->reports && is_driven(run, kind);
	enum trigger_moment moment = run->request->triggers.moment;
	struct attribution_subject subject = {
	        .identity = {.workload = kind->name, .before = &life.before, .after = &life.after},
	        .scene = is_known_to_fire(run, kind) || is_driven(run, kind) || group_is_named(run, kind->group)
	                         ? &life.scene
	                         : NULL,
	        .expected = expected,
	        .noisy = kind->noisy,
	        .sharp = kind->action != ACTION_NONE || moment != MOMENT_UNKNOWN,
	};
	const struct life_watch watch = {
	        .capture = run->capture, .runs = run->runs, .attribution = &run->attribution, .wanted = run->wanted};
	size_t answers, compared = run->attribution.facts.count, events;

	run_counts_life(run->runs);
	/* Whether the thread that forked it is its parent now, or its tracer, is not for a field's name to tell. */
	if (kind->traced)
		subject.identity.skip = 1u << TRUTH_PARENT_TID;
	if (kind->action != ACTION_NONE)
		subject.identity.skip = unclear_keys(kind);
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
		hindrance_add(run, "reading /proc", life.unread);
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
	run_counts_attribute(run->runs, events, answers && run->attribution.facts.count > compared);
	if (answers)
		run->answered |= WORKLOAD_BIT(kind->group);
	if (!answers && !life.early && missed)
		no_event_note(run, kind, &subject.identity);
	run->expects |= missed && is_known_to_fire(run, kind);
}

/* Of groups that were not reported at all. */
static void missed_settle(struct run *run)
{
	struct fact_list *facts = &run->attribution.facts;

	for (size_t i = 0; i < run->missed.count; i++) {
		struct missed *m = &run->missed.at[i];

		if (run->answered & WORKLOAD_BIT(m->group)) {
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

/* What the ini expects of a call is looked at in the deeds that it is part of; every deed has an exec. */
static bool rule_is_of(const struct effect_rule *rule, const struct subject_kind *kind)
{
	return effect_rule_is_of_all(rule) ? kind->group == WORKLOAD_EXEC : (rule->groups >> kind->group & 1) != 0;
}

static bool rules_name(const struct run *run, const struct subject_kind *kind)
{
	const struct workload_request *r = run->request;

	for (size_t i = 0; i < r->rule_count; i++)
		if (rule_is_of(&r->rules[i], kind))
			return true;
	return false;
}

/* An object that names no workload sees those that its programs are attached to; all, when that is not known of each.
 */
static bool is_wanted(const struct run *run, const struct subject_kind *kind)
{
	const struct trigger_summary *t = &run->request->triggers;

	if (!kind->on_demand && rules_name(run, kind))
		return true;
	if (run->request->groups)
		return group_is_named(run, kind->group);
	if (kind->on_demand)
		return (t->triggers | t->drives) & kind->triggers;
	return t->unknown || !(t->triggers | t->drives) || (t->triggers | t->drives) & kind->triggers;
}

#define KEY(name) (1u << TRUTH_##name)

/* Of what a subject's truth is another than that of the plain one of its group: what it is there for. */
static uint32_t kind_varies(const struct subject_kind *kind)
{
	uint32_t keys = 0;

	if (kind->from_thread)
		keys |= KEY(TID) | KEY(TGID);
	if (kind->under_parent || kind->traced)
		keys |= KEY(PPID) | KEY(PARENT_TID) | KEY(TRACER);
	if (kind->uid)
		keys |= KEY(UID) | KEY(GID) | KEY(EUID) | KEY(EGID) | KEY(CAP_EFFECTIVE);
	if (kind->namespaces)
		keys |= KEY(MNT_NS) | KEY(PID_NS) | KEY(NET_NS) | KEY(UTS_NS) | KEY(IPC_NS) | KEY(USER_NS) |
		        KEY(CGROUP_NS);
	if (kind->odd_name)
		keys |= KEY(COMM);
	return keys;
}

/* A variant of another subject is run for the fields that can be told apart by it: an exec has seven of them. */
static bool is_telling(const struct run *run, const struct subject_kind *kinds, size_t index)
{
	const struct subject_kind *kind = &kinds[index];

	for (size_t i = 0; i < index; i++)
		if (kinds[i].group == kind->group && kinds[i].triggers == kind->triggers &&
		    kinds[i].action == kind->action)
			return kind_varies(kind) & run->wanted;
	return true;
}

/* An object may make every deed take as long as it likes. */
static bool is_too_late(const struct run *run, int64_t start)
{
	if (clock_ms() - start < DEEDS_MS)
		return false;
	effect_add_hindrance(run->effects, "whatever the harness does: it takes too long, and some of it is left out");
	return true;
}

static void subjects_run(struct run *run)
{
	int64_t start = clock_ms();
	const struct workload_request *r = run->request;
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);

	for (size_t i = 0; i < count; i++)
		if (is_wanted(run, &kinds[i]) && (rules_name(run, &kinds[i]) || is_telling(run, kinds, i)) &&
		    !is_too_late(run, start))
			subject_run(run, r->ground->stage, &kinds[i], unwatched_of(&kinds[i]));
	for (const struct user_subject *u = r->ground->users; u; u = u->next)
		if (u->possible && !is_too_late(run, start))
			subject_run(run, r->ground->stage, &u->kind, &u->before);
	if (capture_hindrance(run->capture))
		effect_add_hindrance(run->effects, capture_hindrance(run->capture));
}

static char *unchecked_list(const struct run *run)
{
	struct buf out = {0};

	for (size_t i = 0; i < run->layout.count; i++)
		if (!field_is_checked(run, &run->layout, i))
			buf_printf(&out, "%s%s", out.len ? " " : "", run->layout.fields[i].path);
	return buf_steal(&out);
}

static void report_fill(const struct run *run, struct cell_report *out)
{
	out->truths = run->attribution.facts.facts;
	out->truth_count = run->attribution.facts.count;
	out->events = run->capture ? capture_total(run->capture) : 0;
	out->own_events = run->attribution.own_events;
	out->lost = run->capture ? capture_lost(run->capture) : 0;
	out->source = xstrdup(event_source_name(run->capture ? capture_source(run->capture) : SOURCE_NONE));
	out->event_type = xstrdup(run->layout.type ? run->layout.type : "");
	out->unchecked = unchecked_list(run);
	out->expects_events = run->expects;
}

static void formats_read(struct run *run)
{
	print_formats_read(&run->formats, run->request->obj);
	for (size_t i = 0; i < run->request->line_count; i++)
		print_formats_name(&run->formats, run->request->lines[i]);
}

int workloads_run(const struct workload_request *request, struct cell_report *out, struct error *err)
{
	struct run run = {
	        .request = request,
	        .capture = request->ground->capture,
	        .runs = &out->runs,
	        .observations = &out->observations,
	        .effects = &out->effects,
	};
	bool prints;
	int rc;

	*out = (struct cell_report){0};
	run_counts_open(&out->runs, request->obj, request->program_triggers,
	                capture_source(request->ground->capture) == SOURCE_MAP);
	run.due = due_triggers(request, &out->runs);
	run.attribution.hints.object_btf = bpf_object__btf(request->obj);
	run.attribution.hints.kernel_btf = request->kernel_btf;
	insns_collect(&run, request->obj);
	kconfig_read(&run.kconfig, bpf_object__btf(request->obj), request->config);
	run.attribution.kconfig = &run.kconfig;
	if ((rc = layout_find(&run, err)) == 0) {
		run.attribution.capture = run.capture;
		run.attribution.layout = &run.layout;
		prints = capture_source_prints(capture_source(run.capture));
		run.attribution.understood = layout_is_understood(&run, &run.layout) || some_map_is_understood(&run);
		if (prints)
			formats_read(&run);
		run.attribution.formats = &run.formats;
		run.tentative = request->source == SOURCE_AUTO && (capture_source(run.capture) == SOURCE_PRINTK ||
		                                                   capture_source(run.capture) == SOURCE_MAP);
		run.observes = prints ? run.formats.unnamed
		               : capture_source(run.capture) == SOURCE_MAP
		                       ? true
		                       : capture_source(run.capture) != SOURCE_NONE && !run.attribution.understood;
		run.reports = some_hand_over(&out->runs) && (capture_source_prints(capture_source(run.capture)) ||
		                                             request->groups || run.attribution.understood);
		run.wanted = wanted_truths(&run);
		subjects_run(&run);
	}
	missed_settle(&run);
	effect_compare(&out->effects, request->rules, request->rule_count, &run.attribution.facts);
	run_counts_finish(&out->runs);
	if (out->runs.denied)
		hindrance_add(&run, "asking bpf(2) how often it ran", out->runs.denied);
	report_fill(&run, out);
	event_layout_free(&run.layout);
	print_formats_free(&run.formats);
	kconfig_free(&run.kconfig);
	free(run.insns);
	return rc;
}

int workloads_verify(struct cell_report *report, struct error *err)
{
	cleanup_subject_stage struct subject_stage *stage = NULL;
	int rc = subject_stage_open(&stage, err);

	for (size_t i = 0; rc == 0 && i < report->effects.count; i++) {
		const struct effect *e = &report->effects.at[i];
		struct subject_outcome after;

		if (!*e->outcome.call)
			continue;
		unwatched_do(stage, e->kind, &after);
		effect_settle(&report->effects, i, &after);
	}
	return rc;
}

int workload_ground_open(struct workload_ground *ground, struct bpf_object *obj, const struct capture_wish *wish,
                         struct error *err)
{
	int rc = action_loopback_up(err);

	rc = rc < 0 ? rc : subject_stage_open(&ground->stage, err);
	return rc < 0 ? rc : capture_open(obj, wish, &ground->capture, err);
}

/* The deed of the rule's that is to be done by its user; NULL when some subject is that user already. */
static const struct subject_kind *user_deed(const struct effect_rule *rule)
{
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count), *plain = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!rule_is_of(rule, &kinds[i]))
			continue;
		if (kinds[i].uid == rule->uid)
			return NULL;
		plain = plain ? plain : &kinds[i];
	}
	return plain;
}

void workload_ground_users(struct workload_ground *ground, const struct effect_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct subject_kind *plain = rules[i].has_uid ? user_deed(&rules[i]) : NULL;
		struct user_subject *user;

		if (!plain)
			continue;
		user = xcalloc(1, sizeof(*user));
		user->kind = *plain;
		user->kind.name = user->name = xasprintf("%s-%u", plain->name, rules[i].uid);
		user->kind.uid = user->kind.gid = rules[i].uid;
		user->possible = unwatched_do(ground->stage, &user->kind, &user->before);
		user->next = ground->users;
		ground->users = user;
	}
}

void workload_ground_close(struct workload_ground *ground)
{
	while (ground->users) {
		struct user_subject *user = ground->users;

		ground->users = user->next;
		free(user->name);
		free(user);
	}
	capture_free(ground->capture);
	subject_stage_close(ground->stage);
	*ground = (struct workload_ground){0};
}

void cell_report_free(struct cell_report *report)
{
	for (size_t i = 0; i < report->truth_count; i++)
		truth_fact_free(&report->truths[i]);
	free(report->truths);
	free(report->source);
	free(report->event_type);
	free(report->unchecked);
	run_counts_free(&report->runs);
	observation_list_free(&report->observations);
	effect_list_free(&report->effects);
	*report = (struct cell_report){0};
}
