/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/hint.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/btf_field.h"

/* The kernel fields that a truth is usually read from. */
static const struct source_field {
	enum truth_key key;
	const char *type, *member;
} source_fields[] = {
        {TRUTH_TID, "task_struct", "pid"},          {TRUTH_TGID, "task_struct", "tgid"},
        {TRUTH_PPID, "task_struct", "real_parent"}, {TRUTH_PARENT_TID, "task_struct", "parent"},
        {TRUTH_COMM, "task_struct", "comm"},        {TRUTH_UID, "task_struct", "real_cred"},
        {TRUTH_UID, "task_struct", "cred"},         {TRUTH_GID, "task_struct", "real_cred"},
        {TRUTH_GID, "task_struct", "cred"},         {TRUTH_START, "task_struct", "start_boottime"},
        {TRUTH_STATE, "task_struct", "__state"},
};

/* What helps when a field that should carry `wanted` carries `got`. */
static const struct mix_up {
	enum truth_key wanted, got;
	const char *advice;
} mix_ups[] = {
        {TRUTH_TGID, TRUTH_TID, "the process id is task->tgid, or bpf_get_current_pid_tgid() >> 32"},
        {TRUTH_TID, TRUTH_TGID, "the thread id is task->pid, or the lower half of bpf_get_current_pid_tgid()"},
        {TRUTH_PPID, TRUTH_PARENT_TID, "read real_parent->tgid, not real_parent->pid"},
        {TRUTH_PPID, TRUTH_TRACER, "task->parent is the tracer while a task is traced: read task->real_parent"},
        {TRUTH_PPID, TRUTH_TGID, "read real_parent of the task, not the task itself"},
        {TRUTH_UID, TRUTH_GID, "the lower half of bpf_get_current_uid_gid() is the user id"},
        {TRUTH_GID, TRUTH_UID, "the upper half of bpf_get_current_uid_gid() is the group id"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool insn_uses_offset(const struct bpf_insn *insn, uint32_t offset)
{
	unsigned op = BPF_OP(insn->code);

	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return insn->off >= 0 && (uint32_t)insn->off == offset;
	case BPF_ALU:
	case BPF_ALU64:
		return BPF_SRC(insn->code) == BPF_K && (op == BPF_ADD || op == BPF_MOV) && insn->imm >= 0 &&
		       (uint32_t)insn->imm == offset;
	case BPF_LD:
		return insn->code == (BPF_LD | BPF_IMM | BPF_DW) && !insn->src_reg && insn->imm >= 0 &&
		       (uint32_t)insn->imm == offset;
	default:
		return false;
	}
}

static bool insns_use_offset(const struct hint_context *context, uint32_t offset)
{
	for (size_t i = 0; i < context->insn_count; i++)
		if (insn_uses_offset(&context->insns[i], offset))
			return true;
	return false;
}

char *hint_stale_offset(const struct hint_context *context, const char *type, const char *member)
{
	cleanup_free char *path = xasprintf("%s.%s", type, member);
	struct btf_field there, here;

	if (!context || !context->object_btf || !context->kernel_btf ||
	    btf_field_find(context->object_btf, path, &there) || btf_field_find(context->kernel_btf, path, &here))
		return NULL;
	if (there.offset_bits == here.offset_bits || !insns_use_offset(context, there.offset_bits / 8) ||
	    insns_use_offset(context, here.offset_bits / 8))
		return NULL;
	return xasprintf(
	        "stale offset: %s is at %u here, the object was compiled with %u and no relocation corrects it", path,
	        here.offset_bits / 8, there.offset_bits / 8);
}

void hint_add(struct buf *out, const char *sentence)
{
	if (out->len)
		buf_puts(out, "; ");
	buf_puts(out, sentence);
}

static void stale_add(struct buf *out, const struct hint_question *q, const struct hint_context *context)
{
	for (size_t i = 0; i < COUNT(source_fields); i++) {
		const struct source_field *f = &source_fields[i];
		cleanup_free char *text = f->key == q->key ? hint_stale_offset(context, f->type, f->member) : NULL;

		if (text)
			hint_add(out, text);
	}
}

static bool same_value(const struct event_value *a, const struct event_value *b)
{
	if (a->has_text && b->has_text)
		return a->text_len == b->text_len && !memcmp(a->text, b->text, a->text_len);
	return a->has_integer && b->has_integer && a->integer == b->integer;
}

static void twin_add(struct buf *out, const struct hint_question *q)
{
	if (!q->twin || q->twin->missing)
		return;
	if (same_value(q->twin, q->value))
		hint_add(
		        out,
		        "the read and the helper agree: the field is read correctly, but it has another meaning, or another value at this moment");
	else if (q->twin_ok && !q->value_is_helper)
		hint_add(out, "the helper's value is right: this read is wrong");
	else if (q->twin_ok)
		hint_add(out, "the read's value is right: the helper is not about this task here");
}

static bool comm_is(const struct truth *t, const struct event_value *v)
{
	return t && v->text_len == t->comm_len && !memcmp(v->text, t->comm, t->comm_len);
}

static void comm_add(struct buf *out, const struct hint_question *q)
{
	const struct event_value *v = q->value;
	const struct truth *t = q->at;

	if (!v->has_text)
		return;
	if (q->before != t && comm_is(q->before, v))
		hint_add(out, "this is the old name, from before the exec: the caller's");
	else if (q->after != t && comm_is(q->after, v))
		hint_add(out, "this is the new name, from after the exec");
	else if (!v->text_len)
		hint_add(out, "it is empty: the read failed or was never made");
	else if (v->text_len < t->comm_len && !memcmp(v->text, t->comm, v->text_len)) {
		cleanup_free char *text = xasprintf("the name is cut at %zu bytes", v->text_len);

		hint_add(out, text);
	} else if (t->comm_len == TRUTH_COMM_MAX && v->text_len > t->comm_len && !memcmp(v->text, t->comm, t->comm_len))
		hint_add(out, "this is the whole file name; a comm is cut at 15 bytes");
}

/* The other thing known of the subject that the number is. Zero is too common to mean anything. */
static void other_key_add(struct buf *out, const struct hint_question *q)
{
	uint64_t got = q->value->integer;

	for (int key = 0; key < TRUTH_KEY_COUNT; key++) {
		cleanup_buf struct buf text = {0};

		if (!got || key == (int)q->key || key == TRUTH_COMM || key == TRUTH_START || key == TRUTH_STATE ||
		    q->at->numbers[key] != got)
			continue;
		buf_printf(&text, "this is the %s", truth_key_words((enum truth_key)key));
		for (size_t i = 0; i < COUNT(mix_ups); i++)
			if (mix_ups[i].wanted == q->key && (int)mix_ups[i].got == key)
				buf_printf(&text, ": %s", mix_ups[i].advice);
		hint_add(out, buf_str(&text));
		return;
	}
}

static uint64_t swap_bytes(uint64_t v, uint32_t bits)
{
	return bits == 16   ? __builtin_bswap16((uint16_t)v)
	       : bits == 32 ? __builtin_bswap32((uint32_t)v)
	                    : __builtin_bswap64(v);
}

void hint_number_shape(struct buf *out, const struct event_value *v, uint64_t want)
{
	if (want && swap_bytes(v->integer, v->bits) == want)
		hint_add(out, "the bytes are in the wrong order");
	else if (v->bits == 64 && v->integer >> 32 && (uint32_t)v->integer == want)
		hint_add(
		        out,
		        "the lower half is right and the upper half holds something else: 8 bytes were read or kept where 4 belong");
	else if (v->bits == 64 && want && v->integer >> 32 == want)
		hint_add(out, "the upper half is right: it was not shifted down by 32");
	else if (want && v->integer == (want & 0xffff))
		hint_add(out, "only the lower 16 bits are there: the read or the field is too narrow");
}

static void number_add(struct buf *out, const struct hint_question *q)
{
	if (!q->value->has_integer)
		return;
	if (!q->value->integer && q->at->numbers[q->key])
		hint_add(out, "it is 0: the read failed or was never made");
	if (q->before && q->before != q->at && q->value->integer == q->before->numbers[q->key] && q->key != TRUTH_START)
		hint_add(out, "this is the value from before the exec");
	if (q->key == TRUTH_START) {
		if (q->value->integer == q->at->numbers[TRUTH_START])
			hint_add(out, "this counts ticks of 10 ms; nanoseconds are expected");
		else if (q->value->integer / 10000000u > q->at->numbers[TRUTH_START] &&
		         q->value->integer / 10000000u < q->at->numbers[TRUTH_START] + 6000)
			hint_add(out, "this is shortly after the start: the time of the event?");
		return;
	}
	other_key_add(out, q);
	hint_number_shape(out, q->value, q->at->numbers[q->key]);
}

char *hint_for(const struct hint_question *q, const struct hint_context *context)
{
	struct buf out = {0};

	stale_add(&out, q, context);
	/* A value read from a wrong place has no shape worth explaining. */
	if (!out.len && q->key == TRUTH_COMM)
		comm_add(&out, q);
	else if (!out.len)
		number_add(&out, q);
	twin_add(&out, q);
	return buf_steal(&out);
}
