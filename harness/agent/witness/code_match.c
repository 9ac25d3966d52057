/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/code_match.h"

#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "agent/witness/relo_insns.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/elf_view.h"
#include "relo/insn_value.h"
#include "relo/object_code.h"

/* What an instruction of an object may become. */
enum {
	PATCH_NOTHING,
	PATCH_RECORD,  /* by a CO-RE record */
	PATCH_ADDRESS, /* of a map, a variable or a function; or the call of one */
};

/* Helpers that a loader replaces by an older one where a kernel lacks them (enum bpf_func_id; the numbers are ABI). */
static const struct {
	int32_t from, to;
} replaced[] = {
        {112, 4},  /* probe_read_user -> probe_read */
        {113, 4},  /* probe_read_kernel */
        {114, 45}, /* probe_read_user_str -> probe_read_str */
        {115, 45}, /* probe_read_kernel_str */
};

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

static void mark(struct code_source *s, uint32_t func, uint32_t insn, uint8_t as)
{
	if (insn < s->list.funcs[func].count)
		s->patched[func][insn] = as;
}

static void read_function(struct code_source *s, const struct elf_view *view, uint32_t func)
{
	const struct core_relo_func *f = &s->list.funcs[func];
	const struct elf_view_section *section = &view->sections[f->section];

	s->sections[func] = xstrdup(section->name);
	s->code[func] = xcalloc(f->count, sizeof(struct bpf_insn));
	memcpy(s->code[func], section->data + (size_t)f->start * sizeof(struct bpf_insn),
	       (size_t)f->count * sizeof(struct bpf_insn));
	s->patched[func] = xcalloc(f->count, 1);
	for (uint32_t i = 0; i < f->call_count; i++)
		mark(s, func, s->list.calls[f->first_call + i].insn, PATCH_ADDRESS);
}

/* What there is of its types, which are untrusted; damaged ones are none. */
static void read_types(struct code_source *s, const struct elf_view *view)
{
	const struct elf_view_section *types = elf_view_find(view, ".BTF");
	struct btf_header head;
	uint64_t begin;

	if (!types || types->size < sizeof(head))
		return;
	memcpy(&head, types->data, sizeof(head));
	begin = (uint64_t)head.hdr_len + head.str_off;
	if (head.magic != BTF_MAGIC || begin > types->size || head.str_len > types->size - begin)
		return;
	s->types_size = head.type_len;
	s->strings_size = head.str_len;
	s->strings = xcalloc(1, (size_t)head.str_len + 1);
	memcpy(s->strings, types->data + begin, head.str_len);
}

bool code_source_says(const struct code_source *s, const char *text)
{
	const char *at = s->strings, *end = at + s->strings_size;

	for (; at && at < end; at += strlen(at) + 1)
		if (!strcmp(at, text))
			return true;
	return false;
}

int code_source_open(const void *bytes, size_t size, struct code_source *s, struct error *err)
{
	struct elf_view view __attribute__((cleanup(elf_view_free))) = {0};
	int rc = core_relo_list_read(bytes, size, &s->list, err);

	*s = (struct code_source){.list = s->list};
	rc = rc ? rc : elf_view_open(bytes, size, &view, err);
	if (!rc && !s->list.func_count)
		rc = object_code_read(&view, &s->list, err);
	if (rc)
		return rc;
	s->code = xcalloc(s->list.func_count + 1, sizeof(*s->code));
	s->patched = xcalloc(s->list.func_count + 1, sizeof(*s->patched));
	s->sections = xcalloc(s->list.func_count + 1, sizeof(*s->sections));
	for (uint32_t i = 0; i < s->list.func_count; i++)
		read_function(s, &view, i);
	read_types(s, &view);
	for (size_t i = 0; i < s->list.ref_count; i++)
		mark(s, s->list.refs[i].func, s->list.refs[i].insn, PATCH_ADDRESS);
	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.records[i].func >= 0)
			mark(s, (uint32_t)s->list.records[i].func, s->list.facts[i].insn, PATCH_RECORD);
	return 0;
}

void code_source_free(struct code_source *s)
{
	for (size_t i = 0; s->code && i < s->list.func_count; i++) {
		free(s->code[i]);
		free(s->patched[i]);
		free(s->sections[i]);
	}
	free(s->code);
	free(s->patched);
	free(s->sections);
	free(s->strings);
	core_relo_list_free(&s->list);
	*s = (struct code_source){0};
}

/* A load may become one of another width, and whatever cannot be resolved a call that the verifier refuses. */
static bool is_relocated(const struct bpf_insn *was, const struct bpf_insn *is)
{
	if (insn_is_poison(is))
		return true;
	return BPF_CLASS(was->code) == BPF_CLASS(is->code) && was->dst_reg == is->dst_reg &&
	       was->src_reg == is->src_reg;
}

static bool is_same_helper(const struct bpf_insn *was, const struct bpf_insn *is)
{
	if (!is_call(is) || was->src_reg != is->src_reg)
		return false;
	if (was->imm == is->imm)
		return true;
	for (size_t i = 0; i < sizeof(replaced) / sizeof(*replaced); i++)
		if (was->imm == replaced[i].from && is->imm == replaced[i].to)
			return true;
	return false;
}

static bool is_same(const struct bpf_insn *was, const struct bpf_insn *is, uint8_t patched)
{
	switch (patched) {
	case PATCH_RECORD:
		return is_relocated(was, is);
	case PATCH_ADDRESS:
		/* what is not there, a map or a weak function, may become a call that the verifier refuses */
		return (was->code == is->code && was->dst_reg == is->dst_reg) || is_call(is);
	default:
		return is_call(was) ? is_same_helper(was, is) : !memcmp(was, is, sizeof(*was));
	}
}

/* How many instructions of the function are at `code`, all of them or less. */
static uint32_t same_at(const struct code_source *s, uint32_t func, const struct bpf_insn *code, size_t left)
{
	const struct core_relo_func *f = &s->list.funcs[func];
	const struct bpf_insn *was = s->code[func];
	uint32_t i;

	for (i = 0; i < f->count && i < left && is_same(&was[i], &code[i], s->patched[func][i]); i++)
		/* the other half of what was put in */
		i += s->patched[func][i] && insn_is_imm64(&was[i]) && i + 1 < f->count;
	return i < left ? i : (uint32_t)left;
}

/* One that tells nothing of what is in it. */
static bool may_be_replaced(const struct code_source *s, uint32_t func)
{
	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.records[i].func == (int32_t)func)
			return false;
	return !s->list.funcs[func].call_count;
}

/* The first function that is not whole there, of those that may not be another one, and how far it is; func_count: all
 * are. */
static uint32_t find_difference(const struct code_source *s, uint32_t func, const struct bpf_insn *code, size_t count,
                                bool lenient, uint32_t *same)
{
	cleanup_free uint32_t *starts = NULL;

	*same = same_at(s, func, code, count);
	if (*same < s->list.funcs[func].count)
		return func;
	starts = relo_insns_place(&s->list, func, code, count);
	for (uint32_t i = 0; i < s->list.func_count; i++) {
		if (starts[i] == RELO_INSNS_NOWHERE)
			continue;
		*same = same_at(s, i, code + starts[i], count - starts[i]);
		if (*same < s->list.funcs[i].count && !(lenient && may_be_replaced(s, i)))
			return i;
	}
	return (uint32_t)s->list.func_count;
}

enum code_likeness code_match(const struct code_source *s, uint32_t func, const struct bpf_insn *code, size_t count)
{
	uint32_t same;

	if (find_difference(s, func, code, count, false, &same) == s->list.func_count)
		return CODE_SAME;
	return find_difference(s, func, code, count, true, &same) == s->list.func_count ? CODE_REPLACED : CODE_OTHER;
}

char *code_difference(const struct code_source *s, uint32_t func, const struct bpf_insn *code, size_t count)
{
	uint32_t same, at = find_difference(s, func, code, count, false, &same);

	if (at == s->list.func_count)
		return NULL;
	return xasprintf("from instruction %u of %s on", same, s->list.funcs[at].name);
}
