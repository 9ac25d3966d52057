/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/program_argument.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/resolve/btf_lookup.h"
#include "relo/core_spec.h"

#define SLOT_SIZE 8
/* How deep a struct may begin with another that begins with another. */
#define MAX_DEPTH 8

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
		    begins_with(btf, btf_lookup_plain(btf, btf_members(t)[i].type), name, len, depth - 1))
			return true;
	return false;
}

/* Behind the arguments lies the function's result. */
static bool at_end(const struct checked *k)
{
	return k->way == WAY_RETURN || k->way == WAY_LSM;
}

/*
 * A pointer to a pointer, or to a function: verifiers have long refused to hand out such an argument ("is not a
 * struct"), and do so since about 7.0 as a number that cannot be read through.
 */
static void check_pointer(struct checked *k, uint32_t insn, uint64_t slot)
{
	const struct btf_type *is = checked_argument(k, slot),
	                      *to = is && btf_is_ptr(is) ? btf_lookup_plain(k->btf, is->type) : NULL;

	if (!to || (!btf_is_ptr(to) && !btf_is_func_proto(to)) || k->way == WAY_RAW_TRACEPOINT ||
	    code_reach_at(k->p->code, k->func, insn) == REACH_NEVER)
		return;
	checked_refuse(k, REACH_MAYBE, PHASE_LOAD, CLASS_VERIFIER,
	               xasprintf("it reads argument %llu of %s, which is a pointer to a %s here",
	                         (unsigned long long)slot + 1, k->name, btf_is_ptr(to) ? "pointer" : "function"));
}

static void check_slot(struct checked *k, uint32_t insn, uint64_t slot)
{
	bool raw = k->way == WAY_RAW_TRACEPOINT, result = slot == k->slots && at_end(k);

	check_pointer(k, insn, slot);
	if (slot < k->slots || (result && k->proto->type))
		return;
	if (result) {
		checked_refuse(k, code_reach_at(k->p->code, k->func, insn), PHASE_LOAD, CLASS_VERIFIER,
		               xasprintf("it reads the result of %s, which returns nothing here", k->name));
		return;
	}
	checked_refuse(k, code_reach_at(k->p->code, k->func, insn), raw ? PHASE_ATTACH : PHASE_LOAD,
	               raw ? CLASS_ATTACH_TARGET : CLASS_VERIFIER,
	               xasprintf("it reads argument %llu of %s, which has %u here", (unsigned long long)slot + 1,
	                         k->name, k->slots));
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
	checked_refuse(k, later && reach == REACH_ALWAYS ? REACH_MAYBE : reach, PHASE_LOAD, CLASS_VERIFIER,
	               xasprintf("argument %llu of %s may be NULL, and it is read through without a test",
	                         (unsigned long long)slot + 1, k->name));
}

/* What a struct with an open end may have behind it. */
static bool is_open(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_type *last = btf_vlen(t) ? btf_lookup_plain(btf, btf_members(t)[btf_vlen(t) - 1].type) : NULL;

	return !last || (btf_is_array(last) && !btf_array(last)->nelems) ||
	       (btf_is_composite(last) && is_open(btf, last));
}

/* A load through a pointer must stay within the struct that the kernel knows it to point to. */
static void check_end(struct checked *k, uint32_t at, const struct bpf_insn *insn, uint64_t slot, int64_t record)
{
	static const uint8_t sizes[] = {[BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8};
	const struct btf_type *is = checked_argument(k, slot),
	                      *to = is && btf_is_ptr(is) ? btf_lookup_plain(k->btf, is->type) : NULL;
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
	checked_refuse(k, code_reach_at(k->p->code, k->func, at), PHASE_LOAD, CLASS_VERIFIER,
	               xasprintf("it reads argument %llu of %s up to byte %llu, and that is a %s %s of %u bytes here",
	                         (unsigned long long)slot + 1, k->name, (unsigned long long)(from + size),
	                         btf_is_union(to) ? "union" : "struct", btf__str_by_offset(k->btf, to->name_off),
	                         to->size));
}

static const struct btf_member *member_find(const struct btf *btf, const struct btf_type *t, const char *name)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__str_by_offset(btf, btf_members(t)[i].name_off), name))
			return &btf_members(t)[i];
	return NULL;
}

/* The member of `t` that the record reads, or is within; NULL when it has no name, or is none. */
static const char *member_read(const struct checked *k, int64_t record, const struct btf_type *t)
{
	unsigned element, member;

	if (sscanf(k->p->list.facts[record].access, "%u:%u", &element, &member) != 2 || element ||
	    member >= btf_vlen(t))
		return NULL;
	return btf__str_by_offset(k->p->btf, btf_members(t)[member].name_off);
}

/*
 * Whether that member lies in both at the same place: then it is read right, whatever they are called, as those of
 * struct sockaddr are in the struct sockaddr_unsized that replaced it.
 */
static bool is_member_shared(const struct relo_target_cand *expected, const struct btf *btf, const struct btf_type *is,
                             const char *name)
{
	const struct btf_member *a = member_find(expected->btf, btf__type_by_id(expected->btf, expected->id), name);
	const struct btf_member *b = member_find(btf, is, name);
	const struct btf_type *of_a = a ? btf_lookup_plain(expected->btf, a->type) : NULL;
	const struct btf_type *of_b = b ? btf_lookup_plain(btf, b->type) : NULL;

	if (!of_a || !of_b || a->offset != b->offset || btf_kind(of_a) != btf_kind(of_b))
		return false;
	return !btf_is_composite(of_a) ||
	       !strcmp(btf__str_by_offset(expected->btf, of_a->name_off), btf__str_by_offset(btf, of_b->name_off));
}

/* `record` is of the list: the field that is read through the argument, -1 when none is relocated there. */
static void check_type(struct checked *k, uint32_t insn, uint64_t slot, int64_t record, bool direct)
{
	const struct btf_type *is = checked_argument(k, slot), *to, *local;
	enum reach reach = code_reach_at(k->p->code, k->func, insn);
	const char *name, *here;

	if (!is || reach == REACH_NEVER)
		return;
	to = btf_is_ptr(is) ? btf_lookup_plain(k->btf, is->type) : NULL;
	/* what a probe's branches decide is whether it is the right place on this kernel */
	if (k->way == WAY_PROBE && reach != REACH_ALWAYS)
		return;
	if (checked_is_number(is) || (btf_is_ptr(is) && (!to || btf_is_void(to) || checked_is_number(to)))) {
		if (direct && k->way != WAY_RAW_TRACEPOINT)
			checked_refuse(
			        k, reach, PHASE_LOAD, CLASS_VERIFIER,
			        xasprintf("it reads through argument %llu of %s, which is no pointer to a struct here",
			                  (unsigned long long)slot + 1, k->name));
		return;
	}
	if (record < 0 || !to || !btf_is_composite(to) || !*btf__str_by_offset(k->btf, to->name_off))
		return;
	local = btf_lookup_plain(k->p->btf, k->p->list.records[record].type_id);
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
		const char *member = member_read(k, record, local);

		for (size_t i = 0; i < count; i++)
			if (begins_with(cands[i].btf, btf__type_by_id(cands[i].btf, cands[i].id), here,
			                core_spec_plain_len(here), MAX_DEPTH) ||
			    (member && *member && is_member_shared(&cands[i], k->btf, to, member)))
				return;
		if (!count)
			return;
	}
	checked_say(k, reach == REACH_ALWAYS ? FORECAST_WRONG : FORECAST_UNSURE, PHASE_LOAD,
	            reach == REACH_ALWAYS ? CLASS_NONE : CLASS_VERIFIER,
	            xasprintf("argument %llu of %s is a %s %s here, and is read as a struct %.*s",
	                      (unsigned long long)slot + 1, k->name, btf_is_union(to) ? "union" : "struct", here,
	                      (int)core_spec_plain_len(name), name));
}

static int64_t record_at(const struct checked *k, uint32_t insn)
{
	for (size_t i = 0; i < k->p->list.count; i++)
		if (k->p->list.records[i].func == (int32_t)k->func && k->p->list.facts[i].insn == insn)
			return (int64_t)i;
	return -1;
}

/* An argument that a probe has read is known by its register. Which it is; false: none. */
static bool probe_argument(const struct checked *k, struct held *held)
{
	const uint8_t *slots = k->p->needs.arch->probe_arguments;

	for (uint64_t i = 0; held->form == HELD_ARGUMENT && slots[i] != UINT8_MAX; i++)
		if (slots[i] == held->value) {
			held->value = i;
			return true;
		}
	return false;
}

/* It reads through its arguments by helpers alone: addresses of fields are made of them. */
static void check_probe(struct checked *k, const struct bpf_insn *insn, uint32_t at)
{
	struct held a = code_reach_held(k->p->code, k->func, at, insn->dst_reg);
	struct held b = code_reach_held(k->p->code, k->func, at, insn->src_reg);

	if (insn->code != (BPF_ALU64 | BPF_ADD | BPF_X))
		return;
	if (probe_argument(k, &a) && b.form == HELD_CONSTANT && b.record >= 0)
		check_type(k, at, a.value, b.record, false);
	else if (probe_argument(k, &b) && a.form == HELD_CONSTANT && a.record >= 0)
		check_type(k, at, b.value, a.record, false);
}

/* A load through an argument, or the address of a field that is made of one. */
void program_argument_check(struct checked *k, const struct bpf_insn *insn, uint32_t at)
{
	struct held dst = code_reach_held(k->p->code, k->func, at, insn->dst_reg);
	struct held src = code_reach_held(k->p->code, k->func, at, insn->src_reg);

	if (k->way == WAY_PROBE) {
		check_probe(k, insn, at);
		return;
	}
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
