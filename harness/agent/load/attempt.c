/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/attempt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/attach/attach_struct_ops.h"
#include "agent/load/kernel_btf.h"
#include "agent/load/load_cost.h"
#include "agent/load/proof.h"
#include "agent/load/setting.h"
#include "agent/witness/extern_log.h"
#include "base/cleanup.h"

/* What is kept of libbpf's warnings and the verifier's log, per attempt. */
#define LOG_MAX (512u << 10)
/* Of these for lines, which are no longer than a line is. */
#define LINES_MAX (64u << 10)
#define LINE_MAX 4096u

static struct attempt *listening;

/* The end of a text that is too long tells more than its beginning: it is where the verifier says why it refuses. What
 * libbpf says of it afterwards has to find room as well. */
static void log_keep(struct buf *log, const char *text, size_t len)
{
	size_t most = len > LINE_MAX ? LOG_MAX - LINES_MAX : LOG_MAX;
	size_t room = log->len < most ? most - log->len : 0;

	if (len > room)
		buf_puts(log, room ? "(the beginning is left out)\n" : "");
	buf_add(log, len > room ? text + (len - room) : text, len > room ? room : len);
}

static int take_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	cleanup_free char *text = NULL;
	int n = vasprintf(&text, fmt, ap);

	if (n < 0) {
		text = NULL;
		return n;
	}
	if (listening && listening->relo_log)
		relo_log_line(listening->relo_log, text);
	if (listening)
		extern_log_line(text, &listening->absent_externs);
	if (listening && level != LIBBPF_DEBUG)
		log_keep(&listening->log, text, (size_t)n);
	return n;
}

void attempt_fail(struct attempt *a, enum cell_phase phase, int err, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	free(a->reason);
	a->reason = text;
	a->phase = phase;
	a->err = err;
}

/* With `fallback` where the log has no telling line. */
static void fail_by_log(struct attempt *a, enum cell_phase phase, int err)
{
	cleanup_free char *line = proof_line(buf_str(&a->log), NULL);

	attempt_fail(a, phase, err, "%s", *line ? line : strerror(err));
}

static struct attach_place place_of(const struct attempt *a, const char *program)
{
	const struct job_object *job = a->job;

	return (struct attach_place){
	        .object = a->obj,
	        .to = job_object_named(job, SETTING_PROGRAM_ATTACH_TO, program),
	        .hook = job_object_named(job, SETTING_PROGRAM_HOOK, program),
	        .priority = job_object_named(job, SETTING_PROGRAM_PRIORITY, program),
	        .frequency = job_object_named(job, SETTING_PROGRAM_FREQUENCY, program),
	};
}

static void programs_list(struct attempt *a)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, a->obj)
	{
		struct attempt_program *p;

		a->programs = xrealloc(a->programs, a->program_count + 1, sizeof(*a->programs));
		p = &a->programs[a->program_count++];
		*p = (struct attempt_program){.prog = prog, .before_count = bpf_program__insn_cnt(prog)};
		p->before = xcalloc(p->before_count, sizeof(*p->before));
		memcpy(p->before, bpf_program__insns(prog), p->before_count * sizeof(*p->before));
		p->place = place_of(a, bpf_program__name(prog));
		p->fact.name = xstrdup(bpf_program__name(prog));
		p->fact.section = xstrdup(bpf_program__section_name(prog));
		p->fact.reason = xstrdup("");
		p->fact.stopped = xstrdup("");
	}
}

/* What the settings may have changed. */
static void programs_describe(struct attempt *a)
{
	for (size_t i = 0; i < a->program_count; i++) {
		struct attempt_program *p = &a->programs[i];

		p->fact.autoload = bpf_program__autoload(p->prog);
		p->fact.type = xstrdup(libbpf_bpf_prog_type_str(bpf_program__type(p->prog)) ?: "unknown");
	}
}

/* What programs of the object take the place of. */
static int target_make(struct attempt *a, struct error *err)
{
	cleanup_free struct attach_target_name *names = xcalloc(a->program_count + 1, sizeof(*names));

	for (size_t i = 0; i < a->program_count; i++)
		names[i] = (struct attach_target_name){a->programs[i].fact.name, a->programs[i].place.to};
	return attach_target_make(a->obj, names, a->program_count, &a->target, err);
}

int attempt_open(struct attempt *a)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = a->job->name);
	cleanup_error struct error err = {0};
	int code;

	opts.btf_custom_path = kernel_btf_external();
	listening = a;
	libbpf_set_print(take_log);
	a->phase = PHASE_OPEN;
	a->obj = bpf_object__open_mem(a->job->bytes, a->job->size, &opts);
	code = (int)libbpf_get_error(a->obj);
	if (code) {
		a->obj = NULL;
		fail_by_log(a, PHASE_OPEN, -code);
		return -1;
	}
	programs_list(a);
	code = setting_apply(a->obj, a->job, &err);
	code = code ? code : target_make(a, &err);
	programs_describe(a);
	if (code) {
		attempt_fail(a, PHASE_OPEN, err.code, "%s", err.text);
		return -1;
	}
	return 0;
}

void attempt_single(struct attempt *a, size_t index)
{
	for (size_t i = 0; i < a->program_count; i++)
		if (i != index)
			bpf_program__set_autoload(a->programs[i].prog, false);
}

static bool failed_to_load(const struct attempt *a, const char *program)
{
	cleanup_free char *line = xasprintf("prog '%s': failed to load", program);

	return strstr(buf_str(&a->log), line) != NULL;
}

/* `reason` is the program's own, or NULL for the line of the log that proves it. */
static void program_fail(struct attempt *a, struct attempt_program *p, int err, const char *reason)
{
	cleanup_free char *line = reason ? xstrdup(reason) : proof_line(buf_str(&a->log), p->fact.name);

	free(p->fact.reason);
	free(p->fact.stopped);
	p->fact.stopped = xstrdup(load_cost_stop_of(p->fact.name, (uint32_t)bpf_program__insn_cnt(p->prog)));
	p->fact.err = err;
	p->fact.reason = xstrdup(*line ? line : strerror(err));
}

static void note_cost(struct attempt_program *p)
{
	int fd = p->fact.loaded ? bpf_program__fd(p->prog) : -1;
	uint32_t count = (uint32_t)bpf_program__insn_cnt(p->prog);

	p->fact.cost = load_cost_of(fd, p->fact.name, count);
	p->fact.lines = load_cost_lines_of(fd, p->fact.name, count, &p->fact.line_count);
}

/* After a failed load libbpf has closed every program again: none of them counts as loaded. */
int attempt_load(struct attempt *a)
{
	int code;

	a->phase = PHASE_LOAD;
	code = bpf_object__load(a->obj);
	for (size_t i = 0; i < a->program_count; i++) {
		struct attempt_program *p = &a->programs[i];

		/* libbpf leaves out the programs of a struct_ops map that is left out itself (since 1.4) */
		p->fact.autoload = p->fact.autoload && bpf_program__autoload(p->prog);
		if (!code && bpf_program__autoload(p->prog))
			p->fact.loaded = true;
		else if (code && failed_to_load(a, p->fact.name))
			program_fail(a, p, -code, NULL);
		if (p->fact.loaded || p->fact.err)
			note_cost(p);
	}
	if (code)
		fail_by_log(a, PHASE_LOAD, -code);
	return code ? -1 : 0;
}

static struct bpf_link *attach_tracepoint(const struct attempt_program *p)
{
	const char *slash = strchr(p->place.to, '/');
	cleanup_free char *category = NULL;

	if (!slash) {
		errno = EINVAL;
		return NULL;
	}
	category = xstrndup(p->place.to, (size_t)(slash - p->place.to));
	return bpf_program__attach_tracepoint(p->prog, category, slash + 1);
}

/* Where the ini gives the target; a program that binds early has been given it before its load. */
static struct bpf_link *attach_to(const struct attempt_program *p)
{
	const char *section = p->fact.section;

	switch (bpf_program__type(p->prog)) {
	case BPF_PROG_TYPE_KPROBE:
		return bpf_program__attach_kprobe(p->prog, !strncmp(section, "kret", 4), p->place.to);
	case BPF_PROG_TYPE_TRACEPOINT:
		return attach_tracepoint(p);
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
		return bpf_program__attach_raw_tracepoint(p->prog, p->place.to);
	default:
		return bpf_program__attach(p->prog);
	}
}

/* As plain libbpf does it; returns 0 or a negative errno. */
static int attach_by_libbpf(struct attempt_program *p)
{
	int code;

	p->link = p->place.to ? attach_to(p) : bpf_program__attach(p->prog);
	code = (int)libbpf_get_error(p->link);
	if (code)
		p->link = NULL;
	return code;
}

/*
 * libbpf says EOPNOTSUPP and nothing else for program types that it leaves to the object's loader (XDP, TC, …), and
 * complains of a uprobe whose section names no binary, which only that loader knows.
 */
static bool left_to_loader(const struct attempt *a, const struct attempt_program *p, int code, size_t log_before)
{
	const char *said = buf_str(&a->log) + log_before;

	if (!code || p->place.to)
		return false;
	return (code == -EOPNOTSUPP && !*said) ||
	       (code == -EINVAL && strstr(said, "missing ':function[+offset]' specification"));
}

/* Programs of this type run once the struct that holds them is registered. */
static void members_attached(struct attempt *a, uint64_t drives)
{
	for (size_t i = 0; i < a->program_count; i++)
		if (bpf_program__type(a->programs[i].prog) == BPF_PROG_TYPE_STRUCT_OPS && a->programs[i].fact.loaded) {
			a->programs[i].fact.attached = true;
			a->programs[i].drives = drives;
		}
}

/* Register one, and put it to use; returns 0, or -1 noted. */
static int register_map(struct attempt *a, const struct bpf_map *map)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(map);
	int code = (int)libbpf_get_error(link);
	cleanup_error struct error err = {0};
	struct attempt_registered *r;

	if (code) {
		attempt_fail(a, PHASE_ATTACH, -code, "struct_ops '%s' cannot be registered: %s", bpf_map__name(map),
		             strerror(-code));
		return -1;
	}
	a->registered = xrealloc(a->registered, a->registered_count + 1, sizeof(*a->registered));
	r = &a->registered[a->registered_count++];
	*r = (struct attempt_registered){.link = link};
	code = attach_struct_ops_use(a->obj, map, &r->use, &err);
	if (code)
		attempt_fail(a, PHASE_ATTACH, -code, "%s", err.text);
	return code ? -1 : 0;
}

/* libbpf's skeletons register the struct_ops maps of an object while they attach its programs. */
static int register_maps(struct attempt *a)
{
	struct bpf_map *map;
	uint64_t drives = 0;

	bpf_object__for_each_map(map, a->obj)
	{
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS || !bpf_map__autocreate(map))
			continue;
		if (register_map(a, map) < 0)
			return -1;
		drives |= attach_struct_ops_drives(a->obj, map);
	}
	if (a->registered_count)
		members_attached(a, drives);
	return 0;
}

void attempt_unregister(struct attempt *a)
{
	for (size_t i = 0; i < a->registered_count; i++) {
		attachment_undo(a->registered[i].use);
		bpf_link__destroy(a->registered[i].link);
	}
	free(a->registered);
	a->registered = NULL;
	a->registered_count = 0;
	for (size_t i = 0; i < a->program_count; i++)
		attachment_undo(steal_ptr(a->programs[i].held));
	attach_target_free(steal_ptr(a->target));
}

void attempt_detach(struct attempt *a)
{
	attempt_unregister(a);
	for (size_t i = 0; i < a->program_count; i++) {
		bpf_link__destroy(a->programs[i].link);
		a->programs[i].link = NULL;
	}
}

/* Helpers by which a program of a kind that watches does more. */
static bool call_acts(const struct bpf_insn *insn)
{
	static const int32_t helpers[] = {BPF_FUNC_probe_write_user, BPF_FUNC_override_return, BPF_FUNC_send_signal,
	                                  BPF_FUNC_send_signal_thread};

	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg)
		return false;
	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++)
		if (insn->imm == helpers[i])
			return true;
	return false;
}

static bool kind_watches(const struct bpf_program *prog)
{
	switch (bpf_program__type(prog)) {
	case BPF_PROG_TYPE_KPROBE:
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
		return true;
	case BPF_PROG_TYPE_TRACING:
		return bpf_program__expected_attach_type(prog) != BPF_MODIFY_RETURN;
	default:
		return false;
	}
}

static bool program_may_act(const struct bpf_program *prog)
{
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t count = insns ? bpf_program__insn_cnt(prog) : 0;

	if (!kind_watches(prog))
		return true;
	for (size_t i = 0; i < count; i++)
		if (call_acts(&insns[i]))
			return true;
	return false;
}

bool attempt_may_act(const struct attempt *a)
{
	for (size_t i = 0; i < a->program_count; i++)
		if (a->programs[i].fact.loaded && program_may_act(a->programs[i].prog))
			return true;
	return false;
}

static bool is_same_place(const struct attempt_program *a, const struct attempt_program *b)
{
	const char *to = a->place.to ? a->place.to : "", *other = b->place.to ? b->place.to : "";

	return bpf_program__type(a->prog) == bpf_program__type(b->prog) && !strcmp(to, other);
}

/*
 * An interface takes one XDP program, a network namespace one flow dissector (E2BIG), a priority of netfilter's one
 * program. Which of an object's is put there, its loader decides; here it is the first.
 */
static bool is_taken(const struct attempt *a, struct attempt_program *p, int code, struct error *err)
{
	if (code != -EBUSY && code != -E2BIG)
		return false;
	for (const struct attempt_program *first = a->programs; first < p; first++) {
		if (!first->fact.attached || !is_same_place(first, p))
			continue;
		free(p->fact.reason);
		p->fact.reason = xasprintf(
		        "program %s is where it would go, and there is room for one: leave that one out, or attach this one elsewhere, in [programs] of the ini",
		        first->fact.name);
		p->drives = 0;
		error_clear(err);
		return true;
	}
	return false;
}

static int attach_one(const struct attempt *a, struct attempt_program *p, struct error *err)
{
	size_t log_before = a->log.len;
	int code;

	p->drives = attach_drives(p->prog, &p->place);
	if (attach_knows(p->prog, &p->place)) {
		code = attach_program(p->prog, &p->place, &p->held, err);
		p->fact.attached = p->driven_only = !code;
		return is_taken(a, p, code, err) ? 0 : code;
	}
	p->driven_only = p->drives != 0;
	code = attach_by_libbpf(p);
	p->fact.attached = !code && p->link;
	return left_to_loader(a, p, code, log_before) ? 0 : code;
}

int attempt_attach(struct attempt *a)
{
	cleanup_error struct error none = {0};
	int failures = 0;

	a->phase = PHASE_ATTACH;
	if (a->target && attach_target_attach(a->target, &none) < 0) {
		attempt_fail(a, PHASE_ATTACH, none.code, "%s", none.text);
		return -1;
	}
	for (size_t i = 0; i < a->program_count; i++) {
		struct attempt_program *p = &a->programs[i];
		cleanup_error struct error err = {0};
		int code;

		if (!p->fact.loaded || !bpf_program__autoattach(p->prog))
			continue;
		code = attach_one(a, p, &err);
		if (!code)
			continue;
		program_fail(a, p, -code, err.text);
		if (!failures++)
			attempt_fail(a, PHASE_ATTACH, -code, "program '%s': %s", p->fact.name, p->fact.reason);
	}
	return failures ? -1 : register_maps(a);
}

char *attempt_verifier_log(const struct attempt *a, const char *program)
{
	return proof_verifier_log(buf_str(&a->log), program);
}

void attempt_close(struct attempt *a)
{
	attempt_unregister(a);
	for (size_t i = 0; i < a->program_count; i++) {
		bpf_link__destroy(a->programs[i].link);
		free(a->programs[i].before);
		program_fact_free(&a->programs[i].fact);
	}
	free(a->programs);
	bpf_object__close(a->obj);
	buf_free(&a->log);
	buf_free(&a->absent_externs);
	free(a->reason);
	if (listening == a)
		listening = NULL;
	*a = (struct attempt){0};
}
