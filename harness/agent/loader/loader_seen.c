/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_seen.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "agent/channel/channel.h"
#include "agent/load/load_cost.h"
#include "agent/load/proof.h"
#include "agent/witness/relo_insns.h"
#include "agent/witness/relo_verifier.h"
#include "base/cleanup.h"
#include "wire/load_log.h"

/* What loaders try out features with is not larger, and is hung nowhere. */
#define PROBE_INSNS 32u
/* Less code than this is like any other's. */
#define TELLING_INSNS 8u
#define TRACES_ITSELF "it asked to be traced (PTRACE_TRACEME), which it was refused, for it is traced already\n"
/* Of how well a function fits: more than all that fit() finds. */
#define SAME_CODE (1u << 7)
/* bytes of a name that the kernel keeps */
#define NAME_CUT 15u

void loader_seen_source(struct loader_seen *s, const void *bytes, size_t size, const char *name)
{
	cleanup_error struct error err = {0};

	s->sources = xrealloc(s->sources, s->source_count + 1, sizeof(*s->sources));
	s->names = xrealloc(s->names, s->source_count + 1, sizeof(*s->names));
	s->names[s->source_count] = xstrdup(name);
	if (code_source_open(bytes, size, &s->sources[s->source_count++], &err))
		buf_printf(&s->notes, "%s: its relocations are not seen: %s\n", name, err.text);
}

/* ---- programs ---- */

/* Not where both have types, and these are other ones: another object may have the same code. */
static bool may_have_types_of(const struct trace_call *a, const struct trace_call *b)
{
	return !a->strings_size || !b->strings_size ||
	       (a->strings_size == b->strings_size && a->types_size == b->types_size);
}

/* Loaders ask again: with a log, with a larger one, without what the kernel does not know. */
static struct seen_program *find_try(struct loader_seen *s, const struct trace_call *call)
{
	for (size_t i = 0; i < s->program_count; i++) {
		const struct trace_call *old = &s->programs[i].call;

		if (old->err && old->type == call->type && old->flags == call->flags &&
		    old->insns_size == call->insns_size && old->insn_count == call->insn_count &&
		    !strcmp(old->name, call->name) && may_have_types_of(old, call) &&
		    (!call->insns_size || !memcmp(old->insns, call->insns, call->insns_size)))
			return &s->programs[i];
	}
	return NULL;
}

static void take_program(struct loader_seen *s, struct trace_call *call)
{
	struct seen_program *p = find_try(s, call);

	if (p) {
		if (call->err && !*call->text) {
			/* what an earlier try was told is not lost by one that did not ask */
			free(call->text);
			call->text = steal_ptr(p->call.text);
		}
		trace_call_free(&p->call);
	} else {
		s->programs = xrealloc(s->programs, s->program_count + 1, sizeof(*s->programs));
		p = &s->programs[s->program_count++];
		*p = (struct seen_program){.source = -1, .attach_to = xstrdup("")};
	}
	p->call = *call;
	*call = (struct trace_call){0};
}

static void take_attach(struct loader_seen *s, const struct trace_call *call)
{
	for (size_t i = 0; call->id && i < s->program_count; i++) {
		struct seen_program *p = &s->programs[i];

		if (p->call.id != call->id)
			continue;
		p->attached |= !call->err;
		p->attach_err = call->err;
		free(p->attach_to);
		p->attach_to = xstrdup(call->text);
	}
}

static void take(struct loader_seen *s, struct trace_call *call)
{
	if (call->kind == TRACE_PROGRAM)
		take_program(s, call);
	else if (call->kind == TRACE_ATTACH)
		take_attach(s, call);
	else if (call->kind == TRACE_NOTE)
		buf_printf(&s->notes, "its bpf(2) calls are not seen: %s\n", call->text);
	else if (call->kind == TRACE_TRACE && !strstr(buf_str(&s->notes), TRACES_ITSELF))
		buf_puts(&s->notes, TRACES_ITSELF);
}

/* ---- where they come from ---- */

static const struct bpf_insn *insns_of(const struct trace_call *call)
{
	return call->insns_size ? call->insns : NULL;
}

/* What loaders ask for because of a section's name: "xdp.frags/devmap", "fentry.s/name". */
static uint32_t flags_of(const char *section)
{
	const char *end = strchrnul(section, '/');
	size_t len = (size_t)(end - section);

	if (len > 6 && !memcmp(end - 6, ".frags", 6))
		return BPF_F_XDP_HAS_FRAGS;
	return len > 2 && !memcmp(end - 2, ".s", 2) ? BPF_F_SLEEPABLE : 0;
}

/* How much of what its section asks for the program has, 0 to 3; loaders may ask for something else. */
static unsigned fit_section(const struct trace_call *call, const char *section)
{
	enum bpf_attach_type attach_type;
	enum bpf_prog_type type;
	unsigned how = (call->flags & (BPF_F_XDP_HAS_FRAGS | BPF_F_SLEEPABLE)) == flags_of(section);

	if (libbpf_prog_type_by_name(section, &type, &attach_type))
		return how;
	how += type == call->type;
	return how + (attach_type == call->attach_type);
}

/* How well a function that has the program's code fits it by its name, 0: not at all, to 3. */
static unsigned fit_name(const struct trace_call *call, const struct core_relo_func *f)
{
	if (*call->function && !strcmp(call->function, f->name))
		return 3;
	if (*call->name && !strncmp(call->name, f->name, NAME_CUT))
		return 2;
	return f->count >= TELLING_INSNS;
}

/* And by all: the name says more than the types, which some loaders make anew, these more than the section, and the
 * file that its lines are of says least, for several objects may include it. */
static unsigned fit(const struct trace_call *call, const struct code_source *source, uint32_t func)
{
	unsigned name = fit_name(call, &source->list.funcs[func]);
	unsigned types = call->strings_size && call->strings_size == source->strings_size;

	if (!name)
		return 0;
	types += call->types_size && call->types_size == source->types_size;
	return name << 5 | types << 3 | fit_section(call, source->sections[func]) << 1 |
	       (*call->file && code_source_says(source, call->file));
}

/* Also with poison that is too short: then `wide` is what it would be. */
static enum code_likeness is_made_of(const struct code_source *source, uint32_t func, const struct trace_call *call,
                                     struct wide_code *wide)
{
	enum code_likeness how = code_match(source, func, call->insns, call->insn_count);

	*wide = (struct wide_code){0};
	if (how != CODE_OTHER)
		return how;
	*wide = code_widen(source, func, call->insns, call->insn_count);
	if (wide->insns && code_match(source, func, wide->insns, wide->count) == CODE_SAME)
		return CODE_SAME;
	wide_code_free(wide);
	return CODE_OTHER;
}

/* All that speaks for it, with the code itself first; where a part of that is another one, the name has to be right. */
static unsigned fit_code(const struct trace_call *call, const struct code_source *source, uint32_t func, unsigned best,
                         struct wide_code *wide)
{
	unsigned how = fit(call, source, func);
	enum code_likeness code;

	*wide = (struct wide_code){0};
	if (!how || (how | SAME_CODE) < best)
		return 0;
	code = is_made_of(source, func, call, wide);
	if (code == CODE_SAME)
		return how | SAME_CODE;
	return code == CODE_REPLACED && fit_name(call, &source->list.funcs[func]) > 1 ? how : 0;
}

static void match(const struct loader_seen *s, struct seen_program *p)
{
	cleanup_buf struct buf where = {0};
	unsigned best = 0, equal = 0;

	for (size_t i = 0; insns_of(&p->call) && i < s->source_count; i++) {
		const struct code_source *source = &s->sources[i];

		for (uint32_t f = 0; f < source->list.func_count; f++) {
			struct wide_code wide = {0};
			unsigned how = source->list.funcs[f].main ? fit_code(&p->call, source, f, best, &wide) : 0;

			if (!how || how < best) {
				wide_code_free(&wide);
				continue;
			}
			wide_code_free(&p->wide);
			p->wide = wide;
			if (how > best)
				buf_free(&where);
			buf_printf(&where, "%s %s", where.len ? "," : "", s->names[i]);
			equal = how == best ? equal + 1 : 1;
			best = how;
			p->source = (int)i;
			p->func = f;
		}
	}
	if (equal > 1) {
		p->source = -1;
		p->why = xasprintf("%u functions have the code of what was loaded as %s, of%s", equal, p->call.name,
		                   buf_str(&where));
	}
}

/* Where the verifier stopped, in the code that the witnesses read. */
static int64_t stop_of(const struct seen_program *p)
{
	int64_t stop = relo_verifier_stop(p->call.text);

	return stop >= 0 && stop < (int64_t)p->wide.place_count ? (int64_t)p->wide.places[stop] : stop;
}

/* The records of what was refused first: where a function is part of several programs, one that runs has the last word.
 */
static void witness(struct loader_seen *s, bool loaded)
{
	for (size_t i = 0; i < s->program_count; i++) {
		struct seen_program *p = &s->programs[i];
		struct code_source *source = p->source < 0 ? NULL : &s->sources[p->source];
		const char *name = source ? source->list.funcs[p->func].name : NULL;

		if (!source || !p->call.err != loaded)
			continue;
		relo_insns_function(&source->list, p->func, source->code[p->func], source->list.funcs[p->func].count,
		                    p->wide.insns ? p->wide.insns : insns_of(&p->call),
		                    p->wide.insns ? p->wide.count : p->call.insn_count);
		if (loaded)
			core_relo_list_loaded(&source->list, name);
		else
			relo_verifier_mark_at(&source->list, name, stop_of(p));
	}
}

/* Of a program that goes by the name of that function. */
static char *otherness(const struct code_source *source, const char *function, const struct trace_call *call)
{
	int func = core_relo_list_func(&source->list, function);
	cleanup_free char *where = func < 0 || !insns_of(call)
	                                   ? NULL
	                                   : code_difference(source, (uint32_t)func, call->insns, call->insn_count);

	return xasprintf("what was loaded as %s has other code%s%s", call->name, where ? ", " : "", where ? where : "");
}

/* Why nothing is known of a record. */
static char *silence(const struct loader_seen *s, const struct code_source *source, const struct relo_fact *f)
{
	for (size_t i = 0; i < s->program_count; i++) {
		const struct seen_program *p = &s->programs[i];
		bool alike = p->source < 0 && (!strcmp(p->call.function, f->program) ||
		                               (*p->call.name && !strncmp(p->call.name, f->program, NAME_CUT)));

		if (alike)
			return p->why ? xstrdup(p->why) : otherness(source, f->program, &p->call);
	}
	return xstrdup(f->loaded ? "what the loader put there is no value that can be read"
	                         : "no program that was loaded has its code");
}

/* Its loader came to every record of what it loaded, also where the value is the one that was compiled in. */
static void settle(const struct loader_seen *s, const struct code_source *source, struct relo_fact *f)
{
	f->attempted = f->insns.seen != RELO_SEEN_NOTHING;
	if (f->attempted)
		return;
	free(f->line);
	f->line = silence(s, source, f);
	f->loaded = false;
}

void loader_seen_read(struct loader_seen *s, const struct buf *records)
{
	struct trace_call call;
	size_t at = 0;

	while (trace_call_next(records, &at, &call)) {
		take(s, &call);
		trace_call_free(&call);
	}
	for (size_t i = 0; i < s->program_count; i++)
		match(s, &s->programs[i]);
	witness(s, false);
	witness(s, true);
	for (size_t i = 0; i < s->source_count; i++)
		for (size_t k = 0; k < s->sources[i].list.count; k++)
			settle(s, &s->sources[i], &s->sources[i].list.facts[k]);
}

/* ---- telling ---- */

static bool is_probe(const struct seen_program *p, const struct program_fact *f)
{
	return p->source < 0 && !p->why && !f->attached && !f->run_cnt && p->call.insn_count <= PROBE_INSNS;
}

static void add_refusal(const struct seen_program *p, const char *name, struct buf *log)
{
	const char *code = strerrorname_np(p->call.err);

	if (*p->call.text)
		buf_printf(log, "prog '%s': " LOAD_LOG_BEGIN "\n%s\nprog '%s': " LOAD_LOG_END "\n", name, p->call.text,
		           name);
	buf_printf(log, "prog '%s': " LOAD_LOG_FAILED ": %s\n", name, code ? code : strerror(p->call.err));
}

static void add_attach_failure(const struct seen_program *p, const char *name, struct buf *log)
{
	const char *code = strerrorname_np(p->attach_err);

	buf_printf(log, "prog '%s': failed to attach%s%s%s: %s\n", name, *p->attach_to ? " to '" : "", p->attach_to,
	           *p->attach_to ? "'" : "", code ? code : strerror(p->attach_err));
}

static struct program_fact program_describe(const struct loader_seen *s, const struct seen_program *p)
{
	const struct code_source *source = p->source < 0 ? NULL : &s->sources[p->source];
	const char *type = libbpf_bpf_prog_type_str(p->call.type);
	struct program_fact f = {.autoload = true, .loaded = !p->call.err, .attached = p->attached};

	f.name = xstrdup(source              ? source->list.funcs[p->func].name
	                 : *p->call.function ? p->call.function
	                                     : p->call.name);
	f.section = xstrdup(source ? source->sections[p->func] : "");
	f.type = type ? xstrdup(type) : xasprintf("%u", p->call.type);
	f.err = p->call.err ? p->call.err : p->attached ? 0 : p->attach_err;
	return f;
}

static void program_send(const struct loader_seen *s, const struct seen_program *p,
                         const struct loader_running *running, struct buf *log, size_t *probes)
{
	struct message m = {.type = MESSAGE_PROGRAM, .program = program_describe(s, p)};
	struct program_fact *f = &m.program;
	int index = loader_running_find(running, p->call.id);
	cleanup_buf struct buf own = {0};

	if (index >= 0)
		loader_running_fill(running, (size_t)index, f);
	else
		load_cost_read(p->call.text, &f->cost);
	if (f->evidence == EVIDENCE_UNKNOWN)
		f->evidence = !f->loaded ? EVIDENCE_NONE : f->attached ? EVIDENCE_ATTACHED : EVIDENCE_LOADED;
	if (is_probe(p, f)) {
		(*probes)++;
		message_free(&m);
		return;
	}
	if (p->call.err)
		add_refusal(p, f->name, &own);
	else if (f->err)
		add_attach_failure(p, f->name, &own);
	f->reason = proof_line(buf_str(&own), f->name);
	buf_add(log, own.data, own.len);
	channel_send(&m);
	message_free(&m);
}

/* Programs that were loaded by a way that is not traced: by a program in the kernel, by a process that is not its
 * child.
 */
static void unseen_send(struct loader_seen *s, const struct loader_running *running)
{
	for (size_t i = 0; i < running->counts.count; i++) {
		struct message m = {.type = MESSAGE_PROGRAM, .program = {.autoload = true, .loaded = true}};
		bool known = false;

		for (size_t k = 0; k < s->program_count; k++)
			known |= s->programs[k].call.id == running->ids[i];
		if (known)
			continue;
		m.program.evidence = EVIDENCE_LOADED;
		loader_running_describe(running, i, &m.program);
		loader_running_fill(running, i, &m.program);
		if (m.program.attached && m.program.evidence < EVIDENCE_ATTACHED)
			m.program.evidence = EVIDENCE_ATTACHED;
		buf_printf(&s->notes, "program %s (%s) came into the kernel by a way that is not seen\n",
		           m.program.name, m.program.type);
		channel_send(&m);
		message_free(&m);
	}
}

void loader_seen_send(struct loader_seen *s, const struct loader_running *running, struct buf *refusals)
{
	size_t probes = 0;

	for (size_t i = 0; i < s->program_count; i++)
		program_send(s, &s->programs[i], running, refusals, &probes);
	unseen_send(s, running);
	if (probes)
		buf_printf(&s->notes, "%zu more loads were small programs that were hung nowhere: probes of features\n",
		           probes);
	for (size_t i = 0; i < s->source_count; i++)
		for (size_t k = 0; k < s->sources[i].list.count; k++) {
			struct message m = {.type = MESSAGE_RELO, .relo = s->sources[i].list.facts[k]};

			m.relo.object = (uint32_t)i;
			channel_send(&m);
		}
}

void loader_seen_triggers(const struct loader_seen *s, struct trigger_summary *triggers)
{
	for (size_t i = 0; i < s->program_count; i++) {
		const struct seen_program *p = &s->programs[i];

		if (p->source >= 0 && p->attached)
			trigger_summary_add(triggers, s->sources[p->source].sections[p->func], NULL);
	}
}

void loader_seen_free(struct loader_seen *s)
{
	for (size_t i = 0; i < s->program_count; i++) {
		trace_call_free(&s->programs[i].call);
		wide_code_free(&s->programs[i].wide);
		free(s->programs[i].why);
		free(s->programs[i].attach_to);
	}
	free(s->programs);
	for (size_t i = 0; i < s->source_count; i++) {
		code_source_free(&s->sources[i]);
		free(s->names[i]);
	}
	free(s->names);
	free(s->sources);
	buf_free(&s->notes);
	*s = (struct loader_seen){0};
}
