/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/program_check.h"

#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/resolve/btf_lookup.h"
#include "relo/core_spec.h"
#include "relo/insn_value.h"

#define SLOT_SIZE 8
#define MAX_ERRNO 4095
/* How deep a struct may begin with another that begins with another. */
#define MAX_DEPTH 8

/* How a program gets at its function's arguments. */
enum way { WAY_NONE, WAY_ENTRY, WAY_RETURN, WAY_LSM, WAY_BTF_TRACEPOINT, WAY_RAW_TRACEPOINT, WAY_STRUCT_OPS };

struct checked {
	const struct parsed_object *p;
	const struct verifier_traits *traits;
	const struct relo_target *kernel;
	struct predict_cell *c;
	size_t func; /* of the list: the program */
	enum way way;
	const char *name; /* of the need: what it is attached to */
	const struct btf *btf;
	const struct btf_type *proto;
	uint32_t skipped, slots; /* parameters that programs do not see; and slots that they do */
};

/* ---- what is said ---- */

static void say(struct checked *k, enum forecast forecast, enum cell_phase phase, enum reject_class class,
                const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void say(struct checked *k, enum forecast forecast, enum cell_phase phase, enum reject_class class,
                const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	char *whole;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	whole = xasprintf("program %s: %s", k->p->list.funcs[k->func].name, text ? text : "");
	for (uint32_t i = 0; i < k->c->finding_count; i++) {
		if (strcmp(k->c->findings[i].text, whole) || k->c->findings[i].forecast < forecast)
			continue;
		free(whole);
		return;
	}
	k->c->findings = xrealloc(k->c->findings, k->c->finding_count + 1, sizeof(*k->c->findings));
	k->c->findings[k->c->finding_count++] = (struct predict_finding){
	        .forecast = (uint8_t)forecast,
	        .phase = (uint8_t)phase,
	        .class = (uint8_t) class,
	        .program = xstrdup(k->p->list.funcs[k->func].name),
	        .text = whole,
	};
}

/* What is refused for certain when the verifier comes there, and perhaps when it may. */
static void refuse(struct checked *k, enum reach reach, enum cell_phase phase, enum reject_class class, char *text)
{
	if (reach != REACH_NEVER)
		say(k, reach == REACH_ALWAYS ? FORECAST_REJECTED : FORECAST_UNSURE, phase, class, "%s", text);
	free(text);
}

/* ---- types ---- */

static const struct btf_type *plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool is_number(const struct btf_type *t)
{
	return t && (btf_is_int(t) || btf_is_any_enum(t));
}

/* A parameter that takes one slot, whatever the kernel's version. */
static bool is_single(const struct btf_type *t)
{
	return is_number(t) || (t && btf_is_ptr(t));
}

static const struct btf_type *argument(const struct checked *k, uint64_t slot)
{
	return slot < k->slots ? plain(k->btf, btf_params(k->proto)[k->skipped + slot].type) : NULL;
}

/* Whether `t` is or begins with a struct of that name. */
static bool begins_with(const struct btf *btf, const struct btf_type *t, const char *name, size_t len, int depth)
{
	if (!t || !btf_is_composite(t) || !depth)
		return false;
	if (*btf__str_by_offset(btf, t->name_off) && core_spec_plain_len(btf__str_by_offset(btf, t->name_off)) == len &&
	    !strncmp(btf__str_by_offset(btf, t->name_off), name, len))
		return true;
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		if (!btf_member_bit_offset(t, i) &&
		    begins_with(btf, plain(btf, btf_members(t)[i].type), name, len, depth - 1))
			return true;
	return false;
}

/* ---- the arguments that a program reads ---- */

/* Behind the arguments lies the function's result. */
static bool at_end(const struct checked *k)
{
	return k->way == WAY_RETURN || k->way == WAY_LSM;
}

static void check_slot(struct checked *k, uint32_t insn, uint64_t slot)
{
	bool raw = k->way == WAY_RAW_TRACEPOINT, result = slot == k->slots && at_end(k);

	if (slot < k->slots || (result && k->proto->type))
		return;
	if (result) {
		refuse(k, code_reach_at(k->p->code, k->func, insn), PHASE_LOAD, CLASS_VERIFIER,
		       xasprintf("it reads the result of %s, which returns nothing here", k->name));
		return;
	}
	refuse(k, code_reach_at(k->p->code, k->func, insn), raw ? PHASE_ATTACH : PHASE_LOAD,
	       raw ? CLASS_ATTACH_TARGET : CLASS_VERIFIER,
	       xasprintf("it reads argument %llu of %s, which has %u here", (unsigned long long)slot + 1, k->name,
	                 k->slots));
}

/*
 * Tracepoints of the kernel proper of which verifiers know that an argument may be NULL; drivers and file systems have
 * more.
 */
static const struct {
	const char *tracepoint;
	uint8_t argument; /* from 1 */
	bool later;       /* the list has it on some kernels that have a list */
} nullable[] = {
        {"sched_pi_setprio", 2, false},     {"sched_stick_numa", 3, false},
        {"sched_swap_numa", 3, false},      {"ext4_mballoc_discard", 2, false},
        {"ext4_mballoc_free", 2, false},    {"fib_table_lookup", 3, false},
        {"posix_lock_inode", 2, false},     {"fcntl_setlk", 2, false},
        {"locks_remove_posix", 2, false},   {"flock_lock_inode", 2, false},
        {"break_lease_noblock", 2, false},  {"break_lease_block", 2, false},
        {"break_lease_unblock", 2, false},  {"generic_delete_lease", 2, false},
        {"time_out_leases", 2, false},      {"mm_page_alloc", 1, false},
        {"mm_page_pcpu_drain", 1, false},   {"mm_page_alloc_zone_locked", 1, false},
        {"qdisc_dequeue", 4, false},        {"tcp_send_reset", 1, false},
        {"tcp_send_reset", 2, false},       {"writeback_dirty_folio", 2, false},
        {"folio_wait_writeback", 2, false}, {"kfree_skb", 4, true},
        {"tcp_sendmsg_locked", 3, true},
};

/* Since 6.12 the function that is behind a tracepoint can say so itself, in a parameter's name. */
static bool is_named_nullable(const struct checked *k, uint64_t slot)
{
	static const char mark[] = "__nullable";
	cleanup_free struct relo_target_cand *cands = NULL;
	cleanup_free char *name = xasprintf("__bpf_trace_%s", k->name);
	const struct btf_type *t;
	const char *text;
	size_t len;

	if (!btf_lookup(k->kernel, BTF_KIND_FUNC, name, &cands))
		return false;
	t = btf__type_by_id(cands[0].btf, btf__type_by_id(cands[0].btf, cands[0].id)->type);
	if (!t || !btf_is_func_proto(t) || slot + 1 >= btf_vlen(t))
		return false;
	text = btf__str_by_offset(cands[0].btf, btf_params(t)[slot + 1].name_off);
	len = strlen(text);
	return len > strlen(mark) && !strcmp(text + len - strlen(mark), mark);
}

static void check_null(struct checked *k, uint32_t insn, uint64_t slot)
{
	enum reach reach = code_reach_at(k->p->code, k->func, insn);
	bool may = false, later = false;

	if (k->way != WAY_BTF_TRACEPOINT)
		return;
	for (size_t i = 0; i < sizeof(nullable) / sizeof(nullable[0]); i++) {
		if (strcmp(nullable[i].tracepoint, k->name) || nullable[i].argument != slot + 1)
			continue;
		may = k->traits->null_arguments != TRAIT_NO;
		later = nullable[i].later || k->traits->null_arguments == TRAIT_UNKNOWN;
	}
	if (!may && !is_named_nullable(k, slot))
		return;
	refuse(k, later && reach == REACH_ALWAYS ? REACH_MAYBE : reach, PHASE_LOAD, CLASS_VERIFIER,
	       xasprintf("argument %llu of %s may be NULL, and it is read through without a test",
	                 (unsigned long long)slot + 1, k->name));
}

/* What a struct with an open end may have behind it. */
static bool is_open(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_type *last = btf_vlen(t) ? plain(btf, btf_members(t)[btf_vlen(t) - 1].type) : NULL;

	return !last || (btf_is_array(last) && !btf_array(last)->nelems) ||
	       (btf_is_composite(last) && is_open(btf, last));
}

/* A load through a pointer must stay within the struct that the kernel knows it to point to. */
static void check_end(struct checked *k, uint32_t at, const struct bpf_insn *insn, uint64_t slot, int64_t record)
{
	static const uint8_t sizes[] = {[BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8};
	const struct btf_type *is = argument(k, slot), *to = is && btf_is_ptr(is) ? plain(k->btf, is->type) : NULL;
	const struct relo_witness *says = record >= 0 ? &k->c->outcomes[record].p.says : NULL;
	uint64_t from = (uint64_t)(uint16_t)insn->off, size = sizes[BPF_SIZE(insn->code) >> 3];

	if (!to || !btf_is_composite(to) || is_open(k->btf, to) || insn->off < 0)
		return;
	/* a struct_ops' own code may know more of its arguments than their types say, as TCP's does of its sockets */
	if (k->way == WAY_RAW_TRACEPOINT || k->way == WAY_STRUCT_OPS)
		return;
	if (says && says->seen != RELO_SEEN_VALUE)
		return;
	if (says) {
		from = says->value;
		size = says->width ? says->width : size;
	}
	if (from + size <= to->size)
		return;
	refuse(k, code_reach_at(k->p->code, k->func, at), PHASE_LOAD, CLASS_VERIFIER,
	       xasprintf("it reads argument %llu of %s up to byte %llu, and that is a %s %s of %u bytes here",
	                 (unsigned long long)slot + 1, k->name, (unsigned long long)(from + size),
	                 btf_is_union(to) ? "union" : "struct", btf__str_by_offset(k->btf, to->name_off), to->size));
}

/* `record` is of the list: the field that is read through the argument, -1 when none is relocated there. */
static void check_type(struct checked *k, uint32_t insn, uint64_t slot, int64_t record, bool direct)
{
	const struct btf_type *is = argument(k, slot), *to, *local;
	enum reach reach = code_reach_at(k->p->code, k->func, insn);
	const char *name, *here;

	if (!is || reach == REACH_NEVER)
		return;
	to = btf_is_ptr(is) ? plain(k->btf, is->type) : NULL;
	if (is_number(is) || (btf_is_ptr(is) && (!to || btf_is_void(to) || is_number(to)))) {
		if (direct && k->way != WAY_RAW_TRACEPOINT)
			refuse(k, reach, PHASE_LOAD, CLASS_VERIFIER,
			       xasprintf("it reads through argument %llu of %s, which is no pointer to a struct here",
			                 (unsigned long long)slot + 1, k->name));
		return;
	}
	if (record < 0 || !to || !btf_is_composite(to) || !*btf__str_by_offset(k->btf, to->name_off))
		return;
	local = plain(k->p->btf, k->p->list.records[record].type_id);
	if (!local || !btf_is_composite(local))
		return;
	name = btf__str_by_offset(k->p->btf, local->name_off);
	here = btf__str_by_offset(k->btf, to->name_off);
	if (!*name || begins_with(k->btf, to, name, core_spec_plain_len(name), MAX_DEPTH))
		return;
	/* the other way round the program looks at what its argument is a part of, as it may know to be so */
	{
		cleanup_free struct relo_target_cand *cands = NULL;
		cleanup_free char *bare = xstrndup(name, core_spec_plain_len(name));
		size_t count = btf_lookup(k->kernel, BTF_KIND_STRUCT, bare, &cands);

		for (size_t i = 0; i < count; i++)
			if (begins_with(cands[i].btf, btf__type_by_id(cands[i].btf, cands[i].id), here,
			                core_spec_plain_len(here), MAX_DEPTH))
				return;
		if (!count)
			return;
	}
	say(k, reach == REACH_ALWAYS ? FORECAST_WRONG : FORECAST_UNSURE, PHASE_LOAD,
	    reach == REACH_ALWAYS ? CLASS_NONE : CLASS_VERIFIER,
	    "argument %llu of %s is a %s %s here, and is read as a struct %.*s", (unsigned long long)slot + 1, k->name,
	    btf_is_union(to) ? "union" : "struct", here, (int)core_spec_plain_len(name), name);
}

static int64_t record_at(const struct checked *k, uint32_t insn)
{
	for (size_t i = 0; i < k->p->list.count; i++)
		if (k->p->list.records[i].func == (int32_t)k->func && k->p->list.facts[i].insn == insn)
			return (int64_t)i;
	return -1;
}

/* A load through an argument, or the address of a field that is made of one. */
static void check_insn(struct checked *k, const struct bpf_insn *insn, uint32_t at)
{
	struct held dst = code_reach_held(k->p->code, k->func, at, insn->dst_reg);
	struct held src = code_reach_held(k->p->code, k->func, at, insn->src_reg);

	if (BPF_CLASS(insn->code) == BPF_LDX && src.form == HELD_CONTEXT && insn->off >= 0) {
		check_slot(k, at, (uint64_t)insn->off / SLOT_SIZE);
	} else if (BPF_CLASS(insn->code) == BPF_LDX && src.form == HELD_ARGUMENT) {
		check_type(k, at, src.value, record_at(k, at), true);
		check_end(k, at, insn, src.value, record_at(k, at));
		check_null(k, at, src.value);
	} else if (insn->code == (BPF_ALU64 | BPF_ADD | BPF_X)) {
		struct held pointer = dst.form == HELD_ARGUMENT ? dst : src;
		struct held offset = dst.form == HELD_ARGUMENT ? src : dst;

		if (pointer.form == HELD_ARGUMENT && offset.form == HELD_CONSTANT && offset.record >= 0)
			check_type(k, at, pointer.value, offset.record, false);
	}
}

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
	const struct btf_type *result = plain(k->btf, k->proto->type);

	if (k->way != WAY_LSM || k->traits->lsm_ranges == TRAIT_NO || held.form != HELD_CONSTANT ||
	    !is_number(result) || is_yes_or_no(k->name) || (value <= 0 && value >= -MAX_ERRNO))
		return;
	refuse(k, k->traits->lsm_ranges == TRAIT_YES ? code_reach_at(k->p->code, k->func, at) : REACH_MAYBE, PHASE_LOAD,
	       CLASS_VERIFIER,
	       xasprintf("it returns %d, which is no result of %s: 0 or a negative error", value, k->name));
}

/* ---- one program ---- */

static enum way way_of(const struct bpf_program *prog, enum need_kind kind)
{
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

static bool take_proto(struct checked *k, const struct btf_type *t)
{
	if (!t || !btf_is_func_proto(t) || btf_vlen(t) < k->skipped)
		return false;
	k->proto = t;
	k->slots = btf_vlen(t) - k->skipped;
	/* what takes several slots is passed differently on different kernels; a list may be open */
	for (uint32_t i = 0; i < k->slots; i++)
		if (!is_single(argument(k, i)))
			return false;
	return true;
}

/* The function's type, as the kernel takes it: that of the first of its name. */
static bool find_proto(struct checked *k, uint32_t id)
{
	cleanup_free struct relo_target_cand *cands = NULL;
	const struct btf_type *t;

	if (!id || !relo_target_candidates(k->kernel, k->p->needs.names, id, &cands))
		return false;
	k->btf = cands[0].btf;
	t = btf__type_by_id(k->btf, cands[0].id);
	/* a tracepoint's is what its typedef points to, with a parameter in front that is the tracer's own */
	if (btf_is_typedef(t)) {
		k->skipped = 1;
		t = plain(k->btf, t->type);
		t = t && btf_is_ptr(t) ? plain(k->btf, t->type) : NULL;
	} else {
		t = btf__type_by_id(k->btf, t->type);
	}
	return take_proto(k, t);
}

static void check_count(struct checked *k)
{
	bool trampoline = k->way != WAY_BTF_TRACEPOINT && k->way != WAY_RAW_TRACEPOINT;
	uint32_t passed = arch_default()->trampoline_arguments;

	if (!trampoline || k->slots <= passed || k->traits->many_arguments == TRAIT_YES)
		return;
	refuse(k, k->traits->many_arguments == TRAIT_NO ? REACH_ALWAYS : REACH_MAYBE, PHASE_ATTACH, CLASS_ATTACH_TARGET,
	       xasprintf("%s has %u arguments, and this kernel attaches to functions of up to %u", k->name, k->slots,
	                 passed));
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
			check_insn(k, &insns[i], i);
		i += insn_is_imm64(&insns[i]);
	}
}

/* The program that needs what it is attached to, and how; false when nothing is known of its arguments. */
static bool find_program(const struct parsed_object *p, uint32_t need, struct checked *k)
{
	const struct need *n = &p->needs.at[need];
	const struct bpf_program *prog;

	if (n->kind != NEED_FUNCTION && n->kind != NEED_LSM && n->kind != NEED_BTF_TRACEPOINT &&
	    n->kind != NEED_RAW_TRACEPOINT)
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
		const struct btf_type *is = plain(k->btf, btf_members(t)[i].type);

		if (!strcmp(btf__str_by_offset(k->btf, btf_members(t)[i].name_off), m->member))
			return is && btf_is_ptr(is) && take_proto(k, plain(k->btf, is->type));
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
		refuse(k, REACH_ALWAYS, PHASE_LOAD, CLASS_VERIFIER,
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
