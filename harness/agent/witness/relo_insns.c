/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/relo_insns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/insn_value.h"

#define NOWHERE RELO_INSNS_NOWHERE

static bool same_insn(const struct bpf_insn *a, const struct bpf_insn *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* `before` is the object's code when every record's instruction is where the object has it. */
static bool matches_object(const struct core_relo_list *list, uint32_t func, const struct bpf_insn *before,
                           size_t before_count)
{
	if (before_count < list->funcs[func].count)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (list->records[i].func == (int32_t)func &&
		    !same_insn(&before[list->facts[i].insn], &list->records[i].code[0]))
			return false;
	return true;
}

/* Where the instruction at `at` leads after the load: a call of, or an address of, an instruction in this program. */
static uint32_t follow(const struct bpf_insn *after, size_t after_count, uint32_t at)
{
	const struct bpf_insn *insn = &after[at];
	bool call = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
	bool address = insn_is_imm64(insn) && insn->src_reg == BPF_PSEUDO_FUNC;
	int64_t to = (int64_t)at + insn->imm + 1;

	return (call || address) && to > 0 && to < (int64_t)after_count ? (uint32_t)to : NOWHERE;
}

/* A loader appends a called function once, whole, after what is there. */
uint32_t *relo_insns_place(const struct core_relo_list *list, uint32_t program, const struct bpf_insn *after,
                           size_t after_count)
{
	uint32_t *starts = xcalloc(list->func_count, sizeof(*starts));
	cleanup_free uint32_t *queue = xcalloc(list->func_count, sizeof(*queue));
	size_t queued = 0;

	for (size_t i = 0; i < list->func_count; i++)
		starts[i] = NOWHERE;
	starts[program] = 0;
	queue[queued++] = program;
	for (size_t done = 0; done < queued; done++) {
		const struct core_relo_func *caller = &list->funcs[queue[done]];

		for (uint32_t i = 0; i < caller->call_count; i++) {
			const struct core_relo_call *call = &list->calls[caller->first_call + i];
			uint32_t to = follow(after, after_count, starts[queue[done]] + call->insn);

			/* A call that was not relocated (the load failed before) leads anywhere. */
			if (to == NOWHERE || to < list->funcs[program].count || starts[call->target] != NOWHERE ||
			    list->funcs[call->target].count > after_count - to)
				continue;
			starts[call->target] = to;
			queue[queued++] = call->target;
		}
	}
	return starts;
}

static void witness(struct relo_fact *f, const struct core_relo_record *r, const struct bpf_insn *insn, size_t left)
{
	struct insn_value now;

	f->insns = (struct relo_witness){0};
	if (insn_is_poison(insn)) {
		f->insns.seen = RELO_SEEN_POISON;
	} else {
		now = insn_value_read(insn, left);
		if (now.form == INSN_OTHER || now.form != insn_value_read(r->code, 2).form)
			return;
		f->insns = (struct relo_witness){RELO_SEEN_VALUE, now.value, now.width};
	}
	if (f->insns.seen == RELO_SEEN_POISON || f->insns.value != f->local || f->insns.width != f->local_width)
		f->attempted = true;
}

static void remember_places(struct core_relo_list *list, uint32_t program, const uint32_t *starts)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->place_count; i++)
		if (list->places[i].program != program)
			list->places[kept++] = list->places[i];
	list->place_count = kept;
	list->places = xrealloc(list->places, kept + list->func_count, sizeof(*list->places));
	for (uint32_t i = 0; i < list->func_count; i++)
		if (starts[i] != NOWHERE)
			list->places[list->place_count++] = (struct core_relo_place){program, i, starts[i]};
}

int relo_insns_function(struct core_relo_list *list, uint32_t func, const struct bpf_insn *before, size_t before_count,
                        const struct bpf_insn *after, size_t after_count)
{
	cleanup_free uint32_t *starts = NULL;

	if (after_count < list->funcs[func].count || !matches_object(list, func, before, before_count))
		return -EBADMSG;
	starts = relo_insns_place(list, func, after, after_count);
	for (size_t i = 0; i < list->count; i++) {
		int32_t holder = list->records[i].func;
		uint32_t at;

		if (holder < 0 || starts[holder] == NOWHERE)
			continue;
		at = starts[holder] + list->facts[i].insn;
		witness(&list->facts[i], &list->records[i], &after[at], after_count - at);
	}
	remember_places(list, func, starts);
	return 0;
}

int relo_insns_program(struct core_relo_list *list, const char *program, const struct bpf_insn *before,
                       size_t before_count, const struct bpf_insn *after, size_t after_count)
{
	int found = core_relo_list_func(list, program);

	return found < 0 ? -ENOENT
	                 : relo_insns_function(list, (uint32_t)found, before, before_count, after, after_count);
}
