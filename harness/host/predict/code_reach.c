/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/code_reach.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/insn_value.h"

#define REGS 11

/*
 * What is known of a register. OPAQUE: the result of a helper, of which the verifier does not know whether it is 0; the
 * value tells one result from another. ADDRESS: not 0, which the verifier may know; the value is an enum ref_value.
 * CONTEXT: the pointer that a main function is given. ARGUMENT: the slot that the value counts, read through it.
 */
enum known { UNKNOWN, CONSTANT, OPAQUE, ADDRESS, CONTEXT, ARGUMENT };

struct reg {
	uint8_t known;
	uint32_t record; /* of a constant that comes as it is from a relocated instruction: the record's index + 1 */
	uint64_t value;
};

struct insn_state {
	bool reached, sure, queued;
	struct reg regs[REGS];
};

struct code_reach {
	const struct core_relo_list *list;
	struct bpf_insn *code; /* as compiled, functions one after the other */
	size_t *starts;        /* of each function in `code`, and the end */
	struct bpf_insn *now;  /* relocated */
	uint32_t *origins;     /* index + 1 of the record that relocates the instruction, 0: none */
	struct insn_state *states;
	int32_t *calls;                         /* function that is called there, -1 */
	int32_t *refs;                          /* ref of the list that is taken there, -1 */
	bool *throws;                           /* per function: a call of it may not come back */
	const struct code_reach_kernel *kernel; /* of the current walk */
	size_t total;
	size_t *queue; /* room for `total`, as a stack */
	size_t queued;
};

/* The call of the kernel's function that ends a program from wherever it is, with all that called it. */
static bool is_throw(const struct code_reach *c, size_t at)
{
	return c->refs[at] >= 0 && c->code[at].code == (BPF_JMP | BPF_CALL) &&
	       !strcmp(c->list->refs[c->refs[at]].name, "bpf_throw");
}

static bool func_throws(const struct code_reach *c, size_t func)
{
	for (size_t at = c->starts[func]; at < c->starts[func + 1]; at++)
		if (is_throw(c, at) || (c->calls[at] >= 0 && c->throws[c->calls[at]]))
			return true;
	return false;
}

static void find_throws(struct code_reach *c)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t f = 0; f < c->list->func_count; f++)
			if (!c->throws[f] && func_throws(c, f))
				c->throws[f] = more = true;
	}
}

struct code_reach *code_reach_new(const struct core_relo_list *list, const struct elf_view *view)
{
	struct code_reach *c = xcalloc(1, sizeof(*c));

	c->list = list;
	c->starts = xcalloc(list->func_count + 1, sizeof(*c->starts));
	for (size_t f = 0; f < list->func_count; f++)
		c->starts[f + 1] = c->starts[f] + list->funcs[f].count;
	c->total = c->starts[list->func_count];
	c->code = xcalloc(c->total, sizeof(*c->code));
	c->now = xcalloc(c->total, sizeof(*c->now));
	c->origins = xcalloc(c->total, sizeof(*c->origins));
	c->states = xcalloc(c->total, sizeof(*c->states));
	c->calls = xcalloc(c->total, sizeof(*c->calls));
	c->refs = xcalloc(c->total, sizeof(*c->refs));
	c->throws = xcalloc(list->func_count, sizeof(*c->throws));
	c->queue = xcalloc(c->total, sizeof(*c->queue));
	memset(c->calls, 0xff, c->total * sizeof(*c->calls));
	memset(c->refs, 0xff, c->total * sizeof(*c->refs));
	for (size_t f = 0; f < list->func_count; f++) {
		const struct core_relo_func *func = &list->funcs[f];

		memcpy(&c->code[c->starts[f]],
		       view->sections[func->section].data + (size_t)func->start * sizeof(struct bpf_insn),
		       func->count * sizeof(struct bpf_insn));
		for (uint32_t i = 0; i < func->call_count; i++) {
			const struct core_relo_call *call = &list->calls[func->first_call + i];

			if (call->insn < func->count)
				c->calls[c->starts[f] + call->insn] = (int32_t)call->target;
		}
	}
	for (size_t i = 0; i < list->ref_count; i++)
		if (list->refs[i].insn < list->funcs[list->refs[i].func].count)
			c->refs[c->starts[list->refs[i].func] + list->refs[i].insn] = (int32_t)i;
	for (size_t i = 0; i < list->count; i++) {
		int32_t func = list->records[i].func;

		if (func >= 0 && list->facts[i].insn < list->funcs[func].count)
			c->origins[c->starts[func] + list->facts[i].insn] = (uint32_t)i + 1;
	}
	find_throws(c);
	return c;
}

void code_reach_free(struct code_reach *c)
{
	if (!c)
		return;
	free(c->code);
	free(c->now);
	free(c->origins);
	free(c->starts);
	free(c->states);
	free(c->calls);
	free(c->refs);
	free(c->throws);
	free(c->queue);
	free(c);
}

const struct bpf_insn *code_reach_code(const struct code_reach *c, size_t func)
{
	return &c->code[c->starts[func]];
}

/* ---- what one instruction does to registers ---- */

/* Helpers whose result the verifier may know something of: never NULL, or of a narrow range. */
static bool is_partly_known(int32_t helper)
{
	return helper == BPF_FUNC_get_current_task_btf || helper == BPF_FUNC_task_pt_regs ||
	       helper == BPF_FUNC_this_cpu_ptr || helper == BPF_FUNC_get_local_storage ||
	       helper == BPF_FUNC_sk_fullsock || helper == BPF_FUNC_tcp_sock ||
	       /* 0 for certain on a kernel with one processor, from 6.10 on */
	       helper == BPF_FUNC_get_smp_processor_id;
}

static bool fold(uint8_t op, uint64_t a, uint64_t b, unsigned bits, uint64_t *out)
{
	unsigned shift = (unsigned)b & (bits - 1);

	switch (op) {
	case BPF_ADD:
		*out = a + b;
		return true;
	case BPF_SUB:
		*out = a - b;
		return true;
	case BPF_AND:
		*out = a & b;
		return true;
	case BPF_OR:
		*out = a | b;
		return true;
	case BPF_XOR:
		*out = a ^ b;
		return true;
	case BPF_LSH:
		*out = a << shift;
		return true;
	case BPF_RSH:
		*out = a >> shift;
		return true;
	default:
		return false;
	}
}

static struct reg operand(const struct bpf_insn *insn, const struct reg *regs)
{
	if (BPF_SRC(insn->code) == BPF_X)
		return regs[insn->src_reg < REGS ? insn->src_reg : 0];
	return (struct reg){CONSTANT, 0, (uint64_t)(int64_t)insn->imm};
}

static struct reg compute(const struct bpf_insn *insn, const struct reg *regs)
{
	bool wide = BPF_CLASS(insn->code) == BPF_ALU64;
	uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
	struct reg a = regs[insn->dst_reg], b = operand(insn, regs);
	uint8_t op = BPF_OP(insn->code);
	uint64_t value;

	/* a move with an offset is a sign extension (BPF ISA v4) */
	if (op == BPF_MOV && !insn->off && (wide || b.known == CONSTANT || b.known == OPAQUE))
		return (struct reg){b.known, b.record, b.value & mask};
	/* how clang 14 cuts a result to 32 bits; whether it is 0 is known no better afterwards */
	if (a.known == OPAQUE && b.known == CONSTANT && (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH))
		return a;
	if (a.known == CONSTANT && b.known == CONSTANT &&
	    fold(op, a.value & mask, b.value & mask, wide ? 64 : 32, &value))
		return (struct reg){CONSTANT, 0, value & mask};
	return (struct reg){0};
}

static bool compare(uint8_t op, uint64_t a, uint64_t b, int64_t sa, int64_t sb, bool *taken)
{
	switch (op) {
	case BPF_JEQ:
		*taken = a == b;
		return true;
	case BPF_JNE:
		*taken = a != b;
		return true;
	case BPF_JGT:
		*taken = a > b;
		return true;
	case BPF_JGE:
		*taken = a >= b;
		return true;
	case BPF_JLT:
		*taken = a < b;
		return true;
	case BPF_JLE:
		*taken = a <= b;
		return true;
	case BPF_JSET:
		*taken = (a & b) != 0;
		return true;
	case BPF_JSGT:
		*taken = sa > sb;
		return true;
	case BPF_JSGE:
		*taken = sa >= sb;
		return true;
	case BPF_JSLT:
		*taken = sa < sb;
		return true;
	case BPF_JSLE:
		*taken = sa <= sb;
		return true;
	default:
		return false;
	}
}

/* ---- the walk ---- */

static bool merge(struct insn_state *s, const struct reg *regs, bool sure)
{
	bool changed = !s->reached || (sure && !s->sure);

	for (int i = 0; i < REGS; i++) {
		if (!s->reached) {
			s->regs[i] = regs[i];
		} else if (s->regs[i].known != UNKNOWN &&
		           (s->regs[i].known != regs[i].known || s->regs[i].value != regs[i].value)) {
			s->regs[i] = (struct reg){0};
			changed = true;
		} else if (s->regs[i].record && s->regs[i].record != regs[i].record) {
			s->regs[i].record = 0;
			changed = true;
		}
	}
	s->reached = true;
	s->sure |= sure;
	return changed;
}

static void visit(struct code_reach *c, size_t at, const struct reg *regs, bool sure)
{
	struct insn_state *s = &c->states[at];

	if (!merge(s, regs, sure) || s->queued)
		return;
	s->queued = true;
	c->queue[c->queued++] = at;
}

struct step {
	struct code_reach *c;
	size_t at, begin, end; /* of the function, in `code` */
	bool sure;
	struct reg regs[REGS];
};

/* `distance` counts from the next instruction; what leaves the function is the verifier's to refuse. */
static void go(const struct step *s, int64_t distance, bool sure)
{
	int64_t to = (int64_t)s->at + 1 + distance;

	if (to >= (int64_t)s->begin && to < (int64_t)s->end)
		visit(s->c, (size_t)to, s->regs, sure);
}

/* Once a result or an argument was looked at, the verifier knows more of it, and of its copies. */
static void forget_tested(struct step *s, struct reg tested)
{
	for (size_t i = 0; (tested.known == OPAQUE || tested.known == ARGUMENT) && i < REGS; i++)
		if (s->regs[i].known == tested.known && s->regs[i].value == tested.value)
			s->regs[i] = (struct reg){0};
}

static void take_branch(struct step *s, const struct bpf_insn *insn)
{
	bool wide = BPF_CLASS(insn->code) == BPF_JMP, taken;
	struct reg a = s->regs[insn->dst_reg], b = operand(insn, s->regs);
	uint64_t mask = wide ? UINT64_MAX : UINT32_MAX;
	bool open;

	if (a.known == CONSTANT && b.known == CONSTANT &&
	    compare(BPF_OP(insn->code), a.value & mask, b.value & mask, wide ? (int64_t)a.value : (int32_t)a.value,
	            wide ? (int64_t)b.value : (int32_t)b.value, &taken)) {
		go(s, taken ? insn->off : 0, s->sure);
		return;
	}
	/* that it is not 0 the verifier may know or not: one side is open for certain */
	if (a.known == ADDRESS && wide && b.known == CONSTANT && !b.value &&
	    (BPF_OP(insn->code) == BPF_JEQ || BPF_OP(insn->code) == BPF_JNE)) {
		go(s, 0, s->sure && BPF_OP(insn->code) == BPF_JEQ);
		go(s, insn->off, s->sure && BPF_OP(insn->code) == BPF_JNE);
		return;
	}
	open = a.known == OPAQUE && b.known == CONSTANT && !b.value &&
	       (BPF_OP(insn->code) == BPF_JEQ || BPF_OP(insn->code) == BPF_JNE);
	forget_tested(s, a);
	forget_tested(s, b);
	go(s, 0, s->sure && open);
	go(s, insn->off, s->sure && open);
}

/* Come to a function's first instruction; of the arguments of one that is called nothing is known. */
static void enter(struct code_reach *c, size_t func, bool sure)
{
	const struct reg regs[REGS] = {[1] = {.known = c->list->funcs[func].main ? CONTEXT : UNKNOWN}};

	if (c->list->funcs[func].count)
		visit(c, c->starts[func], regs, sure);
}

/* A lookup of which the verifier may know that it succeeds. */
static bool is_sure_lookup(const struct step *s, const struct bpf_insn *insn)
{
	const struct reg *map = &s->regs[1];

	if (insn->imm != BPF_FUNC_map_lookup_elem || s->c->kernel->traits.sure_lookups == TRAIT_NO)
		return false;
	return map->known != ADDRESS || map->value == REF_ARRAY;
}

/* The call of a function that the kernel does not have, which the verifier refuses as it does a poisoned instruction.
 */
static bool is_absent(const struct code_reach *c, size_t at)
{
	return c->refs[at] >= 0 && c->kernel->refs[c->refs[at]] == REF_ABSENT;
}

static void take_call(struct step *s, const struct bpf_insn *insn)
{
	bool opaque = insn->src_reg == 0 && !is_partly_known(insn->imm) && !is_sure_lookup(s, insn);
	int32_t called = s->c->calls[s->at];

	if (insn_is_poison(insn) || is_throw(s->c, s->at) || is_absent(s->c, s->at))
		return;
	if (called >= 0)
		enter(s->c, (size_t)called, s->sure);
	memset(s->regs, 0, 6 * sizeof(s->regs[0]));
	if (opaque)
		s->regs[0] = (struct reg){OPAQUE, 0, s->at};
	go(s, 0, s->sure && (called < 0 || !s->c->throws[called]));
}

static void take_jump(struct step *s, const struct bpf_insn *insn)
{
	bool wide = BPF_CLASS(insn->code) == BPF_JMP;

	switch (BPF_OP(insn->code)) {
	case BPF_EXIT:
		return;
	case BPF_CALL:
		take_call(s, insn);
		return;
	case BPF_JA:
		go(s, wide ? insn->off : insn->imm, s->sure);
		return;
	default:
		take_branch(s, insn);
	}
}

static struct reg address(enum ref_value value)
{
	switch (value) {
	case REF_ABSENT:
		return (struct reg){CONSTANT, 0, 0};
	case REF_ADDRESS:
	case REF_ARRAY:
		return (struct reg){ADDRESS, 0, value};
	default:
		return (struct reg){0};
	}
}

static void take_imm64(struct step *s, const struct bpf_insn *insn)
{
	/* the address of a function: a callback, which some helper may call */
	if (s->c->calls[s->at] >= 0)
		enter(s->c, (size_t)s->c->calls[s->at], false);
	if (s->c->refs[s->at] >= 0)
		s->regs[insn->dst_reg] = address((enum ref_value)s->c->kernel->refs[s->c->refs[s->at]]);
	else if (!insn->src_reg && s->at + 1 < s->end)
		s->regs[insn->dst_reg] =
		        (struct reg){CONSTANT, 0, (uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32};
	else
		s->regs[insn->dst_reg] = (struct reg){0};
	go(s, 1, s->sure);
}

/* What is in memory is not known, but for what a program was called with. */
static struct reg loaded(const struct bpf_insn *insn, const struct reg *regs)
{
	bool slot = insn->code == (BPF_LDX | BPF_MEM | BPF_DW) && insn->off >= 0 && insn->off % 8 == 0;

	if (!slot || insn->src_reg >= REGS || regs[insn->src_reg].known != CONTEXT)
		return (struct reg){0};
	return (struct reg){ARGUMENT, 0, (uint64_t)insn->off / 8};
}

static void execute(struct step *s)
{
	const struct bpf_insn *insn = &s->c->now[s->at];
	uint8_t class = BPF_CLASS(insn->code);

	if (insn->dst_reg >= REGS)
		return;
	if (class == BPF_JMP || class == BPF_JMP32) {
		take_jump(s, insn);
		return;
	}
	if (insn_is_imm64(insn)) {
		take_imm64(s, insn);
		return;
	}
	if (class == BPF_ALU || class == BPF_ALU64) {
		s->regs[insn->dst_reg] = compute(insn, s->regs);
		if (s->c->origins[s->at])
			s->regs[insn->dst_reg].record = s->c->origins[s->at];
	} else if (class == BPF_LDX)
		s->regs[insn->dst_reg] = loaded(insn, s->regs);
	else if (class == BPF_LD)
		memset(s->regs, 0, 6 * sizeof(s->regs[0]));
	/* an atomic operation can fetch into its source register, or into r0 */
	else if (class == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC)
		s->regs[insn->src_reg < REGS ? insn->src_reg : 0] = s->regs[0] = (struct reg){0};
	go(s, 0, s->sure);
}

static size_t func_at(const struct code_reach *c, size_t at)
{
	size_t low = 0, high = c->list->func_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (c->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void relocate(struct code_reach *c, const struct predict_outcome *outcomes)
{
	memcpy(c->now, c->code, c->total * sizeof(*c->now));
	for (size_t i = 0; i < c->list->count; i++) {
		const struct core_relo_record *r = &c->list->records[i];
		const struct relo_witness *says = &outcomes[i].p.says;
		struct bpf_insn *insn;
		enum insn_form form;

		if (r->func < 0 || c->list->facts[i].insn >= c->list->funcs[r->func].count)
			continue;
		insn = &c->now[c->starts[r->func] + c->list->facts[i].insn];
		form = insn_value_read(insn, c->list->funcs[r->func].count - c->list->facts[i].insn).form;
		if (says->seen == RELO_SEEN_POISON) {
			*insn = (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = INSN_POISON_CALL};
		} else if (says->seen == RELO_SEEN_VALUE && form != INSN_MEM && form != INSN_OTHER) {
			insn->imm = (int32_t)says->value;
			if (form == INSN_IMM64)
				insn[1].imm = (int32_t)(says->value >> 32);
		}
	}
}

/*
 * Global functions that the verifier judges by themselves, called or not: all that libbpf puts into a program, which
 * are those that it refers to, whatever guards the call. `seen` says which functions were followed already.
 */
static void enter_globals(struct code_reach *c, size_t main, bool sure, bool *seen)
{
	cleanup_free size_t *todo = xcalloc(c->list->func_count, sizeof(*todo));
	size_t count = 1;

	todo[0] = main;
	while (count) {
		size_t func = todo[--count];

		if (c->list->funcs[func].global && !c->list->funcs[func].main)
			enter(c, func, sure);
		for (size_t at = c->starts[func]; at < c->starts[func + 1]; at++) {
			int32_t called = c->calls[at];

			if (called < 0 || seen[called])
				continue;
			seen[called] = true;
			todo[count++] = (size_t)called;
		}
	}
}

void code_reach_run(struct code_reach *c, const struct code_reach_kernel *kernel)
{
	cleanup_free bool *seen = xcalloc(c->list->func_count, sizeof(*seen));

	c->kernel = kernel;
	relocate(c, kernel->outcomes);
	memset(c->states, 0, c->total * sizeof(*c->states));
	c->queued = 0;
	for (size_t f = 0; f < c->list->func_count; f++)
		if (c->list->funcs[f].main && kernel->loaded[f]) {
			enter(c, f, true);
			if (kernel->traits.lazy_globals != TRAIT_YES)
				enter_globals(c, f, kernel->traits.lazy_globals == TRAIT_NO, seen);
		}
	while (c->queued) {
		size_t at = c->queue[--c->queued], f = func_at(c, at);
		struct step s = {c, at, c->starts[f], c->starts[f + 1], c->states[at].sure, {{0}}};

		c->states[at].queued = false;
		memcpy(s.regs, c->states[at].regs, sizeof(s.regs));
		execute(&s);
	}
}

enum reach code_reach_at(const struct code_reach *c, size_t func, uint32_t insn)
{
	const struct insn_state *s;

	if (insn >= c->list->funcs[func].count)
		return REACH_NEVER;
	s = &c->states[c->starts[func] + insn];
	return !s->reached ? REACH_NEVER : s->sure ? REACH_ALWAYS : REACH_MAYBE;
}

struct held code_reach_held(const struct code_reach *c, size_t func, uint32_t insn, uint8_t reg)
{
	static const enum held_form forms[] = {
	        [CONSTANT] = HELD_CONSTANT, [CONTEXT] = HELD_CONTEXT, [ARGUMENT] = HELD_ARGUMENT};
	struct held held = {.record = -1};
	const struct reg *r;

	if (reg >= REGS || insn >= c->list->funcs[func].count)
		return held;
	r = &c->states[c->starts[func] + insn].regs[reg];
	if (r->known < sizeof(forms) / sizeof(forms[0]))
		held.form = forms[r->known];
	held.value = r->value;
	held.record = (int64_t)r->record - 1;
	return held;
}
