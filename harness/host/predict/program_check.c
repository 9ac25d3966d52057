/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/program_check.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/predict/program_argument.h"
#include "host/resolve/btf_lookup.h"
#include "relo/core_spec.h"
#include "relo/insn_value.h"
#include "wire/hook.h"

#define MAX_ERRNO 4095

/* ---- what it returns ---- */

/* Hooks that answer yes or no; the others of the kernel's that return anything return 0 or an error. */
static bool is_yes_or_no(const char *hook)
{
	return !strcmp(hook, "audit_rule_known") || !strcmp(hook, "inode_xattr_skipcap");
}

static void check_result(struct checked *k, uint32_t at)
{
	struct held held = code_reach_held(k->p->code, k->func, at, BPF_REG_0);
	int32_t value = (int32_t)held.value;
	const struct btf_type *result = btf_lookup_plain(k->btf, k->proto->type);

	if (k->way != WAY_LSM || k->traits->lsm_ranges == TRAIT_NO || held.form != HELD_CONSTANT ||
	    !checked_is_number(result) || is_yes_or_no(k->name) || (value <= 0 && value >= -MAX_ERRNO))
		return;
	checked_refuse(k, k->traits->lsm_ranges == TRAIT_YES ? code_reach_at(k->p->code, k->func, at) : REACH_MAYBE,
	               PHASE_LOAD, CLASS_VERIFIER,
	               xasprintf("it returns %d, which is no result of %s: 0 or a negative error", value, k->name));
}

/* ---- one program ---- */

/* At a function's entry, where its arguments are in their registers. */
static bool is_entry_probe(const struct bpf_program *prog)
{
	const struct hook h = hook_read(bpf_program__section_name(prog), NULL);

	return h.kind == HOOK_KPROBE && !h.at_return && !hook_has_offset(&h);
}

static enum way way_of(const struct bpf_program *prog, enum need_kind kind)
{
	if (kind == NEED_KPROBE)
		return is_entry_probe(prog) ? WAY_PROBE : WAY_NONE;
	switch (bpf_program__expected_attach_type(prog)) {
	case BPF_TRACE_FENTRY:
		return kind == NEED_FUNCTION ? WAY_ENTRY : WAY_NONE;
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
		return kind == NEED_FUNCTION ? WAY_RETURN : WAY_NONE;
	case BPF_LSM_MAC:
		return kind == NEED_LSM ? WAY_LSM : WAY_NONE;
	case BPF_TRACE_RAW_TP:
		return kind == NEED_BTF_TRACEPOINT ? WAY_BTF_TRACEPOINT : WAY_NONE;
	default:
		return bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT && kind == NEED_RAW_TRACEPOINT
		               ? WAY_RAW_TRACEPOINT
		               : WAY_NONE;
	}
}

/* A parameter that takes one slot, whatever the kernel's version. */
static bool is_single(const struct btf_type *t)
{
	return checked_is_number(t) || (t && btf_is_ptr(t));
}

static bool take_proto(struct checked *k, const struct btf_type *t)
{
	if (!t || !btf_is_func_proto(t) || btf_vlen(t) < k->skipped)
		return false;
	k->proto = t;
	k->slots = btf_vlen(t) - k->skipped;
	/* what takes several slots is passed differently on different kernels; a list may be open */
	for (uint32_t i = 0; i < k->slots; i++)
		if (!is_single(checked_argument(k, i)))
			return false;
	return true;
}

/* The function's type, as the kernel takes it: that of the first of its name. */
static bool find_proto(struct checked *k, uint32_t id)
{
	cleanup_free struct relo_target_cand *cands = NULL;
	const struct btf_type *t;
	size_t count = id ? relo_target_candidates(k->kernel, k->p->needs.names, id, &cands) : 0;

	/* which of several functions of one name is probed, types do not tell */
	if (!count || (k->way == WAY_PROBE && count > 1))
		return false;
	k->btf = cands[0].btf;
	t = btf__type_by_id(k->btf, cands[0].id);
	/* a tracepoint's is what its typedef points to, with a parameter in front that is the tracer's own */
	if (btf_is_typedef(t)) {
		k->skipped = 1;
		t = btf_lookup_plain(k->btf, t->type);
		t = t && btf_is_ptr(t) ? btf_lookup_plain(k->btf, t->type) : NULL;
	} else {
		t = btf__type_by_id(k->btf, t->type);
	}
	return take_proto(k, t);
}

static void check_count(struct checked *k)
{
	bool trampoline = k->way != WAY_BTF_TRACEPOINT && k->way != WAY_RAW_TRACEPOINT && k->way != WAY_PROBE;
	uint32_t passed = k->p->needs.arch->trampoline_arguments;

	if (!trampoline || k->slots <= passed || k->traits->many_arguments == TRAIT_YES)
		return;
	checked_refuse(k, k->traits->many_arguments == TRAIT_NO ? REACH_ALWAYS : REACH_MAYBE, PHASE_ATTACH,
	               CLASS_ATTACH_TARGET,
	               xasprintf("%s has %u arguments, and this kernel attaches to functions of up to %u", k->name,
	                         k->slots, passed));
}

static void check_program(struct checked *k)
{
	const struct bpf_insn *insns = code_reach_code(k->p->code, k->func);

	check_count(k);
	for (uint32_t i = 0; i < k->p->list.funcs[k->func].count; i++) {
		if (code_reach_at(k->p->code, k->func, i) == REACH_NEVER)
			continue;
		if (insns[i].code == (BPF_JMP | BPF_EXIT))
			check_result(k, i);
		else
			program_argument_check(k, &insns[i], i);
		i += insn_is_imm64(&insns[i]);
	}
}

/* The program that needs what it is attached to, and how; false when nothing is known of its arguments. */
static bool find_program(const struct parsed_object *p, uint32_t need, struct checked *k)
{
	const struct need *n = &p->needs.at[need];
	const struct bpf_program *prog;

	if (n->kind != NEED_FUNCTION && n->kind != NEED_LSM && n->kind != NEED_BTF_TRACEPOINT &&
	    n->kind != NEED_RAW_TRACEPOINT && n->kind != NEED_KPROBE)
		return false;
	prog = bpf_object__find_program_by_name(p->obj, n->user);
	k->way = prog ? way_of(prog, (enum need_kind)n->kind) : WAY_NONE;
	k->name = n->name;
	for (k->func = 0; k->func < p->list.func_count; k->func++)
		if (p->list.funcs[k->func].main && p->loaded[k->func] && !strcmp(p->list.funcs[k->func].name, n->user))
			return k->way != WAY_NONE;
	return false;
}

/* What the kernel calls member `m` with; false when it has no such member, which is a need that is told elsewhere. */
static bool find_member(const struct parsed_object *p, const struct struct_ops_member *m, struct checked *k)
{
	cleanup_free struct relo_target_cand *cands = NULL;
	cleanup_free char *type = xstrndup(m->type, core_spec_plain_len(m->type));
	const struct bpf_map *map = bpf_object__find_map_by_name(p->obj, m->map);
	const struct btf_type *t;

	k->func = m->func;
	k->way = WAY_STRUCT_OPS;
	k->name = m->member;
	/* of a map that is not created the programs are not loaded */
	if (!p->list.funcs[m->func].main || !p->loaded[m->func] || !map || !bpf_map__autocreate(map) ||
	    !btf_lookup(k->kernel, BTF_KIND_STRUCT, type, &cands))
		return false;
	k->btf = cands[0].btf;
	t = btf__type_by_id(k->btf, cands[0].id);
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *is = btf_lookup_plain(k->btf, btf_members(t)[i].type);

		if (!strcmp(btf__str_by_offset(k->btf, btf_members(t)[i].name_off), m->member))
			return is && btf_is_ptr(is) && take_proto(k, btf_lookup_plain(k->btf, is->type));
	}
	return false;
}

/* ---- functions that are handed to helpers ---- */

/* Whether a program has one, or something that it calls; `seen` says which functions were looked at. */
static bool has_callback(const struct parsed_object *p, size_t func, bool *seen)
{
	const struct core_relo_func *f = &p->list.funcs[func];
	const struct bpf_insn *insns = code_reach_code(p->code, func);

	seen[func] = true;
	for (uint32_t i = 0; i < f->call_count; i++) {
		const struct core_relo_call *call = &p->list.calls[f->first_call + i];

		if (call->insn < f->count && insn_is_imm64(&insns[call->insn]))
			return true;
		if (!seen[call->target] && has_callback(p, call->target, seen))
			return true;
	}
	return false;
}

/* Refused whether it is reached or not: what libbpf adds to the program is more than such a kernel finds in it. */
static void check_callbacks(struct checked *k)
{
	cleanup_free bool *seen = xcalloc(k->p->list.func_count, sizeof(*seen));

	if (k->traits->callbacks == TRAIT_NO && has_callback(k->p, k->func, seen))
		checked_refuse(k, REACH_ALWAYS, PHASE_LOAD, CLASS_VERIFIER,
		               xstrdup("it hands a function to a helper, which this kernel does not know yet"));
}

static bool is_loaded(const struct parsed_object *p, size_t func)
{
	return p->list.funcs[func].main && p->loaded[func];
}

bool program_check_applies(const struct parsed_object *p)
{
	struct checked k;

	if (p->member_count)
		return true;
	for (size_t f = 0; f < p->list.func_count; f++) {
		cleanup_free bool *seen = xcalloc(p->list.func_count, sizeof(*seen));

		if (is_loaded(p, f) && has_callback(p, f, seen))
			return true;
	}
	for (uint32_t i = 0; i < p->needs.count; i++)
		if (find_program(p, i, &k))
			return true;
	return false;
}

void program_check(const struct parsed_object *p, const struct relo_target *kernel,
                   const struct verifier_traits *traits, struct predict_cell *c)
{
	for (uint32_t i = 0; i < p->needs.count; i++) {
		struct checked k = {.p = p, .traits = traits, .kernel = kernel, .c = c};

		if (find_program(p, i, &k) && find_proto(&k, p->needs.ids[i]))
			check_program(&k);
	}
	for (size_t f = 0; f < p->list.func_count; f++) {
		struct checked k = {.p = p, .traits = traits, .kernel = kernel, .c = c, .func = f};

		if (is_loaded(p, f))
			check_callbacks(&k);
	}
	for (size_t i = 0; i < p->member_count; i++) {
		struct checked k = {.p = p, .traits = traits, .kernel = kernel, .c = c};

		if (find_member(p, &p->members[i], &k))
			check_program(&k);
	}
}
