/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/load.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "agent/channel/channel.h"
#include "agent/circumstance/loader_place.h"
#include "agent/deeds/command.h"
#include "agent/deeds/progress.h"
#include "agent/deeds/trigger.h"
#include "agent/deeds/unwatched.h"
#include "agent/load/alone.h"
#include "agent/load/attempt.h"
#include "agent/load/kernel_btf.h"
#include "agent/load/kernel_config.h"
#include "agent/load/run_stats.h"
#include "agent/load/sysctl.h"
#include "agent/load/undriven.h"
#include "agent/truth/effect.h"
#include "agent/truth/kconfig.h"
#include "agent/truth/workload.h"
#include "agent/witness/relo_insns.h"
#include "agent/witness/relo_log.h"
#include "agent/witness/relo_verifier.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "relo/core_relo.h"
#include "wire/effect_rule.h"

#define HEAP_RESERVE (32 << 20)

struct load {
	struct attempt whole; /* the object with everything on */
	struct core_relo_list relos;
	struct relo_log *relo_log;
	struct cell_end_fact end;
	struct workload_ground ground;
	struct map_shape_list shapes;
	struct effect_rule *rules; /* of its ini */
	size_t rule_count;
};

static int read_relocations(struct load *l)
{
	cleanup_error struct error err = {0};
	const struct job_object *job = l->whole.job;

	if (core_relo_list_read(job->bytes, job->size, &l->relos, &err)) {
		attempt_fail(&l->whole, PHASE_OPEN, err.code, "%s", err.text);
		return -1;
	}
	l->relo_log = relo_log_new(&l->relos);
	l->whole.relo_log = l->relo_log;
	return 0;
}

/* The second witness of the load, and what the verifier made of the relocations. */
static void note_load(struct load *l)
{
	for (size_t i = 0; i < l->whole.program_count; i++) {
		struct attempt_program *p = &l->whole.programs[i];
		cleanup_free char *said = NULL;

		relo_insns_program(&l->relos, p->fact.name, p->before, p->before_count, bpf_program__insns(p->prog),
		                   bpf_program__insn_cnt(p->prog));
		if (p->fact.loaded)
			core_relo_list_loaded(&l->relos, p->fact.name);
		else if (p->fact.err && (said = attempt_verifier_log(&l->whole, p->fact.name)))
			relo_verifier_mark(&l->relos, p->fact.name, said);
	}
}

static enum event_source wanted_source(const struct job_object *job)
{
	const char *source = job_object_value(job, SETTING_SOURCE);
	int wanted = source ? event_source_parse(source) : SOURCE_AUTO;

	return wanted < 0 ? SOURCE_AUTO : (enum event_source)wanted;
}

static uint64_t wanted_workloads(const struct job_object *job)
{
	uint64_t groups = 0;

	for (uint32_t i = 0; i < job->setting_count; i++) {
		int group =
		        job->settings[i].key == SETTING_WORKLOAD ? workload_group_parse(job->settings[i].value) : -1;

		if (group >= 0)
			groups |= WORKLOAD_BIT(group);
	}
	return groups;
}

/* What an object's author says of its events counts more than what its attach points let guess. */
static void moment_override(struct trigger_summary *summary, const char *moment)
{
	if (moment)
		summary->moment = strcmp(moment, "before") ? MOMENT_AFTER : MOMENT_BEFORE;
}

/* What is attached by its section's name is known by it; what the harness attached, by its kind. */
static void summary_add(struct trigger_summary *summary, const struct attempt_program *p)
{
	if (!p->fact.attached)
		return;
	summary->drives |= p->drives;
	if (!p->driven_only || !p->drives)
		trigger_summary_add(summary, p->fact.section, p->place.to);
}

/* Of each program by itself; the caller's. */
static uint64_t *program_triggers(const struct attempt *a)
{
	uint64_t *triggers = xcalloc(a->program_count + 1, sizeof(*triggers));

	for (size_t i = 0; i < a->program_count; i++) {
		struct trigger_summary own = {0};

		summary_add(&own, &a->programs[i]);
		triggers[i] = own.triggers | own.drives;
	}
	return triggers;
}

/* What the attached programs react to. */
static struct trigger_summary summarize(const struct attempt *a)
{
	struct trigger_summary summary = {0};

	for (size_t i = 0; i < a->program_count; i++)
		summary_add(&summary, &a->programs[i]);
	moment_override(&summary, job_object_value(a->job, SETTING_MOMENT));
	return summary;
}

/* What is known of a program of whose runs nothing is. */
static void note_loaded(struct program_fact *f)
{
	if (f->evidence == EVIDENCE_UNKNOWN)
		f->evidence = !f->loaded ? EVIDENCE_NONE : f->attached ? EVIDENCE_ATTACHED : EVIDENCE_LOADED;
}

static void note_runs(struct attempt_program *p, const struct run_count *count, const struct run_counts *all)
{
	struct program_fact *f = &p->fact;

	f->run_cnt = count->total;
	f->workload_runs = count->deeds;
	f->noise_runs = all->quiet_ns ? count->quiet * all->deeds_ns / all->quiet_ns : 0;
	f->recursion_misses = run_stats_recursion_misses(count->fd);
	f->missed = p->link ? run_stats_missed(bpf_link__fd(p->link)) : 0;
	if (count->compared)
		f->evidence = EVIDENCE_TRUTH;
	else if (count->handed_over)
		f->evidence = EVIDENCE_EVENTS;
	else if (run_count_is_ours(count, all->deeds_ns, all->quiet_ns))
		f->evidence = EVIDENCE_RAN;
}

/* Programs of both lists are in the object's order. */
static void note_evidence(struct attempt *a, const struct run_counts *runs)
{
	for (size_t i = 0; i < a->program_count && i < runs->count; i++)
		if (runs->programs[i].fd >= 0)
			note_runs(&a->programs[i], &runs->programs[i], runs);
}

/* Who was denied the counts can say nothing. */
static void note_undriven(struct attempt *a, const struct cell_report *report)
{
	struct utsname kernel;

	uname(&kernel);
	for (size_t i = 0; !report->runs.denied && i < a->program_count && i < report->runs.count; i++) {
		struct attempt_program *p = &a->programs[i];
		struct trigger_summary own = {0};
		const char *hook;

		if (!p->fact.attached || report->runs.programs[i].fd < 0)
			continue;
		trigger_summary_add(&own, p->fact.section, p->place.to);
		hook = undriven_hook(&(struct undriven_case){.section = p->fact.section,
		                                             .target = p->place.to,
		                                             .known = own.triggers,
		                                             .done = report->done,
		                                             .runs = report->runs.programs[i].total,
		                                             .release = kernel.release});
		p->fact.never_driven = hook ? xstrdup(hook) : NULL;
	}
}

static void send_observations(const struct observation_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct observation *o = &list->at[i];
		struct message m = {.type = MESSAGE_SUBJECT, .subject = o->subject};

		channel_send(&m);
		for (size_t k = 0; k < o->record_count; k++) {
			m = (struct message){.type = MESSAGE_RECORD, .record = o->records[k]};
			channel_send(&m);
		}
	}
}

/* A rule is looked at in those deeds that its call is part of which the ini names, if it names any. */
static bool effect_rule_read(const struct job_setting *s, uint64_t named, struct effect_rule *rule)
{
	cleanup_buf struct buf why = {0};

	if (s->key != SETTING_EFFECT || !effect_rule_parse(s->name, s->value, rule, &why))
		return false;
	if (!effect_rule_is_of_all(rule) && rule->groups & named)
		rule->groups &= named;
	return true;
}

static struct effect_rule *effect_rules(const struct job_object *job, size_t *count)
{
	struct effect_rule *rules = xcalloc(job->setting_count + 1, sizeof(*rules));

	*count = 0;
	for (uint32_t i = 0; i < job->setting_count; i++)
		*count += effect_rule_read(&job->settings[i], wanted_workloads(job), &rules[*count]);
	return rules;
}

static const char **printed_lines(const struct job_object *job, size_t *count)
{
	const char **lines = xcalloc(job->setting_count + 1, sizeof(char *));

	*count = 0;
	for (uint32_t i = 0; i < job->setting_count; i++)
		if (job->settings[i].key == SETTING_EVENT_LINE)
			lines[(*count)++] = job->settings[i].value;
	return lines;
}

/* What the subject runs that is for that: it finds the command in its directory. */
static int leave_command(struct load *l, struct error *err)
{
	const struct job_object *job = l->whole.job;
	const char *input = job_object_value(job, SETTING_COMMAND_INPUT);
	const char *libraries = job_object_value(job, SETTING_COMMAND_LIBRARIES);
	cleanup_free char **argv = xcalloc(job->setting_count + 1, sizeof(char *));
	const struct command command = {input ? input : "", libraries ? libraries : "", argv};
	size_t count = 0;

	for (uint32_t i = 0; i < job->setting_count; i++)
		if (job->settings[i].key == SETTING_COMMAND)
			argv[count++] = job->settings[i].value;
	return count ? command_leave(subject_stage_directory(l->ground.stage), &command, err) : 0;
}

/* What deeds stand on, and the events' road, before the object is attached. */
static void open_ground(struct load *l, struct error *err)
{
	const struct job_object *job = l->whole.job;
	cleanup_free struct map_name *names = xcalloc(job->setting_count + 1, sizeof(*names));
	size_t count = 0;

	for (uint32_t i = 0; i < job->setting_count; i++) {
		const struct job_setting *s = &job->settings[i];

		if (s->key == SETTING_MAP_KEY_NAME || s->key == SETTING_MAP_VALUE_NAME)
			names[count++] = (struct map_name){s->name, s->key == SETTING_MAP_VALUE_NAME, s->value};
	}
	if (attempt_may_act(&l->whole))
		unwatched_take();
	l->rules = effect_rules(job, &l->rule_count);
	if (workload_ground_open(&l->ground, l->whole.obj,
	                         &(struct capture_wish){wanted_source(job), names, count, &l->shapes}, err) == 0 &&
	    leave_command(l, err) == 0)
		workload_ground_users(&l->ground, l->rules, l->rule_count);
}

static void detach(struct load *l)
{
	progress_step(PROGRESS_DETACH);
	attempt_detach(&l->whole);
	progress_step(PROGRESS_TELL);
}

/*
 * Deeds that did not come off with the object attached are done again without it. What they came to is the object's
 * effect: before it was attached they came off, or to something else.
 */
static int settle_effects(struct load *l, struct cell_report *report, struct error *err)
{
	int rc = effect_any(&report->effects) ? workloads_verify(report, err) : 0;
	cleanup_free char *impossible = effect_impossible(&report->effects);
	cleanup_free char *effects = effect_text(&report->effects);
	cleanup_free char *left = effect_left_behind(&report->effects);

	if (*left)
		l->end.effects = xasprintf("%s; the object left this behind, detached: %s", effects, left);
	else
		l->end.effects = steal_ptr(effects);
	if (*impossible)
		l->end.impossible = steal_ptr(impossible);
	return rc;
}

static void run_workloads(struct load *l)
{
	const struct job_object *job = l->whole.job;
	cleanup_free uint64_t *triggers = program_triggers(&l->whole);
	cleanup_free char *config = kconfig_is_used(bpf_object__btf(l->whole.obj)) ? kernel_config_text() : xstrdup("");
	size_t line_count;
	cleanup_free const char **lines = printed_lines(job, &line_count);
	struct btf *types = job->types_size ? btf__new(job->types, job->types_size) : NULL;
	struct workload_request request = {
	        .obj = l->whole.obj,
	        .ground = &l->ground,
	        .rules = l->rules,
	        .rule_count = l->rule_count,
	        .kernel_btf = kernel_btf(),
	        .config = config,
	        .event_struct = job_object_value(job, SETTING_EVENT),
	        .event_types = types,
	        .lines = lines,
	        .line_count = line_count,
	        .event_layout = job_object_value(job, SETTING_EVENT_LAYOUT),
	        .source = wanted_source(job),
	        .groups = wanted_workloads(job),
	        .triggers = summarize(&l->whole),
	        .program_triggers = triggers,
	};
	cleanup_error struct error err = {0};
	struct cell_report report = {0};
	int code;

	l->whole.phase = PHASE_RUN;
	code = job->types_size && !types ? error_set(&err, EBADMSG, "the BTF that `types` in its ini names is damaged")
	                                 : sysctl_apply(job, &err);
	code = code ? code : workloads_run(&request, &report, &err);
	note_evidence(&l->whole, &report.runs);
	note_undriven(&l->whole, &report);
	detach(l);
	if (report.runs.denied) {
		run_counts_late(&report.runs);
		note_evidence(&l->whole, &report.runs);
	}
	code = code ? code : settle_effects(l, &report, &err);
	for (size_t i = 0; i < report.truth_count; i++) {
		struct message m = {.type = MESSAGE_TRUTH, .truth = report.truths[i]};

		channel_send(&m);
	}
	send_observations(&report.observations);
	l->end.events = report.events;
	l->end.own_events = report.own_events;
	l->end.lost = report.lost;
	l->end.source = report.source;
	l->end.event_type = report.event_type;
	l->end.unchecked = report.unchecked;
	l->end.expects_events = report.expects_events;
	if (code)
		attempt_fail(&l->whole, PHASE_RUN, err.code, "%s", err.text ? err.text : strerror(-code));
	else
		l->whole.phase = PHASE_DONE;
	btf__free(types);
}

/* To the host, or to `out` for the time being. */
static void tell(struct message *m, struct buf *out)
{
	if (out)
		message_encode(m, out);
	else
		channel_send(m);
}

static void tell_load(const struct load *l, struct buf *out)
{
	const struct attempt *a = &l->whole;

	for (size_t i = 0; i < a->program_count; i++) {
		struct message m = {.type = MESSAGE_PROGRAM, .program = a->programs[i].fact};

		note_loaded(&m.program);
		tell(&m, out);
	}
	for (size_t i = 0; i < l->relos.count; i++) {
		struct message m = {.type = MESSAGE_RELO, .relo = l->relos.facts[i]};

		tell(&m, out);
	}
}

/* What is known by now must not be lost should the object end this process, or keep it from going on. */
static void leave(const struct load *l)
{
	cleanup_buf struct buf frames = {0};

	tell_load(l, &frames);
	progress_leave(frames.data, frames.len);
}

static void send_facts(struct load *l)
{
	struct attempt *a = &l->whole;
	struct message m;

	tell_load(l, NULL);
	channel_send_log(buf_str(&a->log), a->log.len);
	l->end.phase = (uint8_t)a->phase;
	l->end.err = a->err;
	l->end.reason = a->reason;
	l->end.absent_externs = a->absent_externs.len ? a->absent_externs.data : NULL;
	m = (struct message){.type = MESSAGE_CELL_END, .cell_end = l->end};
	channel_send(&m);
}

/* More memory than a cell takes: an object may deny whatever is asked for while it is attached. Untouched, it is none.
 */
static void heap_reserve(void)
{
	void *volatile reserve; /* or the compiler sees that nobody uses it */

	mallopt(M_MMAP_THRESHOLD, HEAP_RESERVE);
	mallopt(M_TRIM_THRESHOLD, HEAP_RESERVE);
	reserve = malloc(HEAP_RESERVE / 2);
	free(reserve);
}

/* What an object's loader does, where a row says that loaders are. */

static int attach_whole(void *whole)
{
	return attempt_attach(whole);
}

static int open_whole(void *whole)
{
	return attempt_open(whole);
}

static int load_whole(void *whole)
{
	return attempt_load(whole);
}

static int try_alone(void *ctx)
{
	struct load *l = ctx;

	alone_try(&l->whole, &l->relos, l->relo_log, &l->whole.log);
	return 0;
}

/* From here on the object may hinder this process: what it needs, it has to have. */
static int attach(struct load *l)
{
	leave(l);
	heap_reserve();
	progress_step(PROGRESS_ATTACH);
	if (loader_place_run(attach_whole, &l->whole))
		return -1;
	leave(l);
	progress_step(PROGRESS_DEEDS);
	return 0;
}

void load_run(const struct job_object *object)
{
	struct load l = {.whole = {.job = object, .phase = PHASE_OPEN}};
	uint64_t start = clock_ns(CLOCK_BOOTTIME), loaded, attached;
	cleanup_error struct error ground = {0};
	bool ok = !read_relocations(&l) && !loader_place_run(open_whole, &l.whole);

	if (ok) {
		map_shape_list_read(l.whole.obj, &l.shapes);
		ok = !loader_place_run(load_whole, &l.whole);
		note_load(&l);
	}
	loaded = clock_ns(CLOCK_BOOTTIME);
	l.end.open_ns = loaded - start;
	if (ok)
		open_ground(&l, &ground);
	ok = ok && !attach(&l);
	attached = clock_ns(CLOCK_BOOTTIME);
	l.end.attach_ns = attached - loaded;
	if (ok && ground.text)
		attempt_fail(&l.whole, PHASE_RUN, ground.code, "%s", ground.text);
	else if (ok)
		run_workloads(&l);
	else if (l.whole.phase == PHASE_LOAD)
		loader_place_run(try_alone, &l);
	l.end.run_ns = clock_ns(CLOCK_BOOTTIME) - attached;
	detach(&l);
	send_facts(&l);
	workload_ground_close(&l.ground);
	map_shape_list_free(&l.shapes);
	free(l.rules);
}
