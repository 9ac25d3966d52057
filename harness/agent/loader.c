/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "agent/channel.h"
#include "agent/kernel_btf.h"
#include "agent/workload.h"
#include "base/buf.h"
#include "base/clock.h"
#include "relo/core_relo.h"
#include "relo/relo_insns.h"
#include "relo/relo_log.h"
#include "relo/relo_verifier.h"

/* What is kept of libbpf's warnings and the verifier's log, per cell; the end is what tells. */
#define LOG_MAX (512u << 10)

struct loaded_program {
	struct bpf_program *prog;
	struct bpf_insn *before; /* as compiled; the loader patches its own copy in place */
	size_t before_count;
	struct program_fact fact;
	char *verifier_log; /* from the log, when its load failed */
};

struct loader {
	const struct job_object *job;
	struct bpf_object *obj;
	struct core_relo_list relos;
	struct relo_log *relo_log;
	struct loaded_program *programs;
	size_t program_count;
	struct buf log;
	struct cell_end_fact end;
};

/* libbpf's print callback has no context argument. */
static struct loader *current;

static int take_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text = NULL;
	int n = vasprintf(&text, fmt, ap);

	if (n < 0)
		return n;
	if (current->relo_log)
		relo_log_line(current->relo_log, text);
	if (level != LIBBPF_DEBUG && current->log.len + (size_t)n < LOG_MAX)
		buf_add(&current->log, text, (size_t)n);
	free(text);
	return n;
}

static void fail(struct loader *l, enum cell_phase phase, int err, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

static void fail(struct loader *l, enum cell_phase phase, int err, const char *fmt, ...)
{
	va_list ap;

	free(l->end.reason);
	l->end.phase = (uint8_t)phase;
	l->end.err = err;
	va_start(ap, fmt);
	if (vasprintf(&l->end.reason, fmt, ap) < 0)
		l->end.reason = NULL;
	va_end(ap);
}

/* The last line of the cell's log that names `program` (or any line for NULL), without the prefix libbpf puts. */
static char *last_line(const struct loader *l, const char *program)
{
	const char *log = buf_str(&l->log), *found = NULL, *end;
	char *needle = program ? xasprintf("'%s'", program) : xstrdup("");

	for (const char *line = log; *line; line = *end ? end + 1 : end) {
		const char *at = strstr(line, needle);

		end = strchrnul(line, '\n');
		if (end > line && at && at < end)
			found = line;
	}
	free(needle);
	if (!found)
		return xstrdup("");
	if (!strncmp(found, "libbpf: ", 8))
		found += 8;
	return xstrndup(found, (size_t)(strchrnul(found, '\n') - found));
}

static int open_object(struct loader *l)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = l->job->name);
	struct error err = {0};
	struct bpf_program *prog;
	int code;

	l->end.phase = PHASE_OPEN;
	if (core_relo_list_read(l->job->bytes, l->job->size, &l->relos, &err)) {
		fail(l, PHASE_OPEN, err.code, "%s", err.text);
		error_clear(&err);
		return -1;
	}
	l->relo_log = relo_log_new(&l->relos);
	l->obj = bpf_object__open_mem(l->job->bytes, l->job->size, &opts);
	code = (int)libbpf_get_error(l->obj);
	if (code) {
		char *line = last_line(l, NULL);

		l->obj = NULL;
		fail(l, PHASE_OPEN, -code, "%s", *line ? line : strerror(-code));
		free(line);
		return -1;
	}
	bpf_object__for_each_program(prog, l->obj)
	{
		struct loaded_program *p;

		l->programs = xrealloc(l->programs, l->program_count + 1, sizeof(*l->programs));
		p = &l->programs[l->program_count++];
		*p = (struct loaded_program){.prog = prog, .before_count = bpf_program__insn_cnt(prog)};
		p->before = xcalloc(p->before_count, sizeof(*p->before));
		memcpy(p->before, bpf_program__insns(prog), p->before_count * sizeof(*p->before));
		p->fact.name = xstrdup(bpf_program__name(prog));
		p->fact.section = xstrdup(bpf_program__section_name(prog));
		p->fact.autoload = bpf_program__autoload(prog);
		p->fact.type = xstrdup(libbpf_bpf_prog_type_str(bpf_program__type(prog)) ?: "unknown");
	}
	return 0;
}

/* The verifier's part of the log: between libbpf's BEGIN and END lines for this program. */
static char *verifier_log(const struct loader *l, const char *program)
{
	char *begin = xasprintf("prog '%s': -- BEGIN PROG LOAD LOG --", program);
	const char *at = strstr(buf_str(&l->log), begin), *end;

	free(begin);
	if (!at)
		return NULL;
	at = strchrnul(at, '\n');
	end = strstr(at, "-- END PROG LOAD LOG --");
	return end ? xstrndup(at, (size_t)(end - at)) : xstrdup(at);
}

static bool failed_to_load(const struct loader *l, const char *program)
{
	char *line = xasprintf("prog '%s': failed to load", program);
	bool found = strstr(buf_str(&l->log), line) != NULL;

	free(line);
	return found;
}

/* After a failed load libbpf has closed every program again: none of them counts as loaded. */
static void note_load(struct loader *l, int code)
{
	for (size_t i = 0; i < l->program_count; i++) {
		struct loaded_program *p = &l->programs[i];

		relo_insns_program(&l->relos, p->fact.name, p->before, p->before_count, bpf_program__insns(p->prog),
		                   bpf_program__insn_cnt(p->prog));
		if (!p->fact.autoload)
			continue;
		if (!code) {
			p->fact.loaded = true;
		} else if (failed_to_load(l, p->fact.name)) {
			char *log = verifier_log(l, p->fact.name);

			p->fact.err = -code;
			p->fact.reason = last_line(l, p->fact.name);
			if (log)
				relo_verifier_mark(&l->relos, p->fact.name, log);
			free(log);
		}
		if (p->fact.loaded)
			core_relo_list_loaded(&l->relos, p->fact.name);
	}
}

static int load_object(struct loader *l)
{
	int code;

	l->end.phase = PHASE_LOAD;
	code = bpf_object__load(l->obj);
	note_load(l, code);
	if (!code)
		return 0;
	fail(l, PHASE_LOAD, -code, "%s", "");
	free(l->end.reason);
	l->end.reason = last_line(l, NULL);
	return -1;
}

/* A program that libbpf knows no way to attach by itself (XDP, TC, …) is not a failure: its own loader has to do it. */
static int attach_programs(struct loader *l)
{
	int failures = 0;

	l->end.phase = PHASE_ATTACH;
	for (size_t i = 0; i < l->program_count; i++) {
		struct loaded_program *p = &l->programs[i];
		struct bpf_link *link;
		int code;

		if (!p->fact.loaded || !bpf_program__autoattach(p->prog))
			continue;
		link = bpf_program__attach(p->prog);
		code = (int)libbpf_get_error(link);
		p->fact.attached = !code && link;
		if (!code || code == -EOPNOTSUPP)
			continue;
		p->fact.err = -code;
		p->fact.reason = last_line(l, p->fact.name);
		if (!failures++)
			fail(l, PHASE_ATTACH, -code, "program '%s': %s", p->fact.name,
			     *p->fact.reason ? p->fact.reason : strerror(-code));
	}
	return failures ? -1 : 0;
}

static uint32_t wanted_workloads(const struct job_object *job)
{
	uint32_t groups = 0;

	for (uint32_t i = 0; i < job->setting_count; i++) {
		int group =
		        job->settings[i].key == SETTING_WORKLOAD ? workload_group_parse(job->settings[i].value) : -1;

		if (group >= 0)
			groups |= 1u << group;
	}
	return groups;
}

static void send_truth(struct truth_fact *t)
{
	struct message m = {.type = MESSAGE_TRUTH, .truth = *t};

	channel_send(&m);
}

static void run_workloads(struct loader *l)
{
	const char *source = job_object_value(l->job, SETTING_SOURCE);
	int wanted = source ? event_source_parse(source) : SOURCE_AUTO;
	struct cell_report report = {0};
	struct error err = {0};
	int code;

	l->end.phase = PHASE_RUN;
	code = workloads_run(l->obj, kernel_btf(), job_object_value(l->job, SETTING_EVENT),
	                     wanted < 0 ? SOURCE_AUTO : (enum event_source)wanted, wanted_workloads(l->job), &report,
	                     &err);
	for (size_t i = 0; i < report.truth_count; i++)
		send_truth(&report.truths[i]);
	l->end.events = report.events;
	l->end.own_events = report.own_events;
	l->end.lost = report.lost;
	l->end.source = report.source;
	l->end.event_type = report.event_type;
	l->end.unchecked = report.unchecked;
	if (code)
		fail(l, PHASE_RUN, err.code, "%s", err.text ? err.text : strerror(-code));
	else
		l->end.phase = PHASE_DONE;
	error_clear(&err);
}

/* Without a way to report, or with an ini that says so, silence proves nothing. */
static bool expects_events(const struct loader *l)
{
	return l->end.source && strcmp(l->end.source, event_source_name(SOURCE_NONE));
}

static void send_facts(struct loader *l)
{
	struct message m;

	for (size_t i = 0; i < l->program_count; i++) {
		m = (struct message){.type = MESSAGE_PROGRAM, .program = l->programs[i].fact};
		channel_send(&m);
	}
	for (size_t i = 0; i < l->relos.count; i++) {
		m = (struct message){.type = MESSAGE_RELO, .relo = l->relos.facts[i]};
		channel_send(&m);
	}
	channel_send_log(buf_str(&l->log), l->log.len);
	l->end.expects_events = expects_events(l);
	m = (struct message){.type = MESSAGE_CELL_END, .cell_end = l->end};
	channel_send(&m);
}

void loader_run(const struct job_object *object)
{
	struct loader l = {.job = object};
	uint64_t start = clock_ns(CLOCK_BOOTTIME), loaded, attached;
	bool ok;

	current = &l;
	libbpf_set_print(take_log);
	ok = !open_object(&l) && !load_object(&l);
	loaded = clock_ns(CLOCK_BOOTTIME);
	l.end.open_ns = loaded - start;
	ok = ok && !attach_programs(&l);
	attached = clock_ns(CLOCK_BOOTTIME);
	l.end.attach_ns = attached - loaded;
	if (ok)
		run_workloads(&l);
	l.end.run_ns = clock_ns(CLOCK_BOOTTIME) - attached;
	send_facts(&l);
}
