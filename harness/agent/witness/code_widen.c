/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/code_widen.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/insn_value.h"

/* A walk through what a loader handed in, function by function as they are called. */
struct walk {
	const struct code_source *source;
	const struct bpf_insn *code;
	size_t count;
	uint32_t *starts; /* in `code`, of each function; UINT32_MAX: not come to */
	uint32_t *queue;
	size_t queued;
	bool *narrow; /* of each instruction of `code`: it stands for two */
	size_t found;
};

static void come_to(struct walk *w, uint32_t func, int64_t start)
{
	if (start < 0 || start >= (int64_t)w->count || w->starts[func] != UINT32_MAX)
		return;
	w->starts[func] = (uint32_t)start;
	w->queue[w->queued++] = func;
}

static bool is_poisoned_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn_is_poison(insn);
}

static void walk_function(struct walk *w, uint32_t func)
{
	const struct core_relo_list *list = &w->source->list;
	const struct core_relo_func *f = &list->funcs[func];
	const struct bpf_insn *was = w->source->code[func];
	size_t at = w->starts[func];
	uint32_t call = 0;

	for (uint32_t i = 0; i < f->count && at < w->count; i++, at++) {
		const struct core_relo_call *next = &list->calls[f->first_call + call];

		if (call < f->call_count && next->insn == i) {
			come_to(w, next->target, (int64_t)at + w->code[at].imm + 1);
			call++;
		}
		if (!insn_is_imm64(&was[i]))
			continue;
		i++;
		if (is_poisoned_call(&w->code[at])) {
			w->found += !w->narrow[at];
			w->narrow[at] = true;
		} else {
			at++;
		}
	}
}

static bool leads_on(const struct bpf_insn *insn)
{
	return (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL) ||
	       (insn_is_imm64(insn) && insn->src_reg == BPF_PSEUDO_FUNC);
}

static struct wide_code stretch(const struct walk *w)
{
	struct wide_code wide = {.count = w->count + w->found, .place_count = w->count};
	uint32_t to = 0;

	wide.insns = xcalloc(wide.count, sizeof(*wide.insns));
	wide.places = xcalloc(wide.place_count, sizeof(*wide.places));
	for (size_t i = 0; i < w->count; i++) {
		wide.places[i] = to;
		wide.insns[to++] = w->code[i];
		if (w->narrow[i])
			wide.insns[to++] = w->code[i];
	}
	for (size_t i = 0; i < w->count; i++) {
		struct bpf_insn *insn = &wide.insns[wide.places[i]];
		int64_t target = (int64_t)i + insn->imm + 1;

		if (leads_on(insn) && target >= 0 && target < (int64_t)w->count)
			insn->imm = (int32_t)wide.places[target] - (int32_t)wide.places[i] - 1;
	}
	return wide;
}

struct wide_code code_widen(const struct code_source *source, uint32_t func, const struct bpf_insn *code, size_t count)
{
	size_t func_count = source->list.func_count;
	cleanup_free uint32_t *starts = xcalloc(func_count, sizeof(*starts));
	cleanup_free uint32_t *queue = xcalloc(func_count, sizeof(*queue));
	cleanup_free bool *narrow = xcalloc(count + 1, sizeof(*narrow));
	struct walk w = {source, code, count, starts, queue, 0, narrow, 0};

	for (size_t i = 0; i < func_count; i++)
		starts[i] = UINT32_MAX;
	come_to(&w, func, 0);
	for (size_t done = 0; done < w.queued; done++)
		walk_function(&w, queue[done]);
	return w.found ? stretch(&w) : (struct wide_code){0};
}

void wide_code_free(struct wide_code *wide)
{
	free(wide->insns);
	free(wide->places);
	*wide = (struct wide_code){0};
}
