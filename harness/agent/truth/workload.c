/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/workload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/deeds/unwatched.h"
#include "agent/deeds/subject.h"
#include "agent/truth/capture.h"
#include "agent/truth/effect.h"
#include "agent/truth/understood.h"
#include "agent/truth/workload_subject.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* What all deeds of an object may take, of which an emulated guest needs a second or two. */
#define DEEDS_MS 30000

/* The instructions of all loaded programs, for hints. */
static void insns_collect(struct workload_run *run, struct bpf_object *obj)
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

static int layout_find(struct workload_run *run, struct error *err)
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

static uint32_t wanted_truths(const struct workload_run *run)
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

/* An object may make every deed take as long as it likes. */
static bool is_too_late(const struct workload_run *run, int64_t start)
{
	if (clock_ms() - start < DEEDS_MS)
		return false;
	effect_add_hindrance(run->effects, "whatever the harness does: it takes too long, and some of it is left out");
	return true;
}

static void subjects_run(struct workload_run *run)
{
	int64_t start = clock_ms();
	const struct workload_request *r = run->request;
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);

	for (size_t i = 0; i < count; i++)
		if (choice_wants(&run->choice, kinds, i) && subject_kind_is_possible(&kinds[i]) &&
		    !is_too_late(run, start))
			workload_subject(run, r->ground->stage, &kinds[i], unwatched_of(&kinds[i]));
	for (const struct user_subject *u = r->ground->users; u; u = u->next)
		if (u->possible && !is_too_late(run, start))
			workload_subject(run, r->ground->stage, &u->kind, &u->before);
	if (capture_hindrance(run->capture))
		effect_add_hindrance(run->effects, capture_hindrance(run->capture));
}

static char *unchecked_list(const struct workload_run *run)
{
	struct buf out = {0};

	for (size_t i = 0; i < run->layout.count; i++)
		if (!understood_field(&run->kconfig, &run->layout, i))
			buf_printf(&out, "%s%s", out.len ? " " : "", run->layout.fields[i].path);
	return buf_steal(&out);
}

static void report_fill(const struct workload_run *run, struct cell_report *out)
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
	out->done = run->done;
}

static void formats_read(struct workload_run *run)
{
	print_formats_read(&run->formats, run->request->obj);
	for (size_t i = 0; i < run->request->line_count; i++)
		print_formats_name(&run->formats, run->request->lines[i]);
}

int workloads_run(const struct workload_request *request, struct cell_report *out, struct error *err)
{
	struct workload_run run = {
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
	run.choice = (struct choice){.triggers = &request->triggers,
	                             .groups = request->groups,
	                             .rules = request->rules,
	                             .rule_count = request->rule_count,
	                             .due = due_triggers(request, &out->runs)};
	run.attribution.hints.object_btf = bpf_object__btf(request->obj);
	run.attribution.hints.kernel_btf = request->kernel_btf;
	insns_collect(&run, request->obj);
	kconfig_read(&run.kconfig, bpf_object__btf(request->obj), request->config);
	run.attribution.kconfig = &run.kconfig;
	if ((rc = layout_find(&run, err)) == 0) {
		run.attribution.capture = run.capture;
		run.attribution.layout = &run.layout;
		prints = capture_source_prints(capture_source(run.capture));
		run.attribution.understood =
		        understood_layout(&run.kconfig, &run.layout) || understood_map(&run.kconfig, run.capture);
		if (prints)
			formats_read(&run);
		run.attribution.formats = &run.formats;
		run.tentative = request->source == SOURCE_AUTO && (capture_source(run.capture) == SOURCE_PRINTK ||
		                                                   capture_source(run.capture) == SOURCE_MAP);
		run.observes = prints ? run.formats.unnamed
		               : capture_source(run.capture) == SOURCE_MAP
		                       ? true
		                       : capture_source(run.capture) != SOURCE_NONE && !run.attribution.understood;
		run.choice.reports =
		        some_hand_over(&out->runs) && (capture_source_prints(capture_source(run.capture)) ||
		                                       request->groups || run.attribution.understood);
		run.choice.wanted = wanted_truths(&run);
		subjects_run(&run);
	}
	run_counts_finish(&out->runs);
	workload_missed(&run);
	effect_compare(&out->effects, request->rules, request->rule_count, &run.attribution.facts);
	if (out->runs.denied)
		workload_hindrance(&run, "asking bpf(2) how often it ran", out->runs.denied);
	report_fill(&run, out);
	event_layout_free(&run.layout);
	print_formats_free(&run.formats);
	kconfig_free(&run.kconfig);
	free(run.insns);
	free(run.attribution.makers);
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
