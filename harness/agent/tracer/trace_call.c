/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/tracer/trace_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wire/pack.h"

static void call_pack(struct pack *p, struct trace_call *call)
{
	pack_u8(p, &call->kind);
	pack_u32(p, &call->thread);
	pack_i32(p, &call->err);
	pack_u32(p, &call->id);
	pack_u32(p, &call->type);
	pack_u32(p, &call->attach_type);
	pack_u32(p, &call->attach_id);
	pack_u32(p, &call->flags);
	pack_str(p, &call->name);
	pack_str(p, &call->function);
	pack_str(p, &call->file);
	pack_str(p, &call->license);
	pack_u32(p, &call->types_size);
	pack_u32(p, &call->strings_size);
	pack_u32(p, &call->insn_count);
	pack_bytes(p, &call->insns, &call->insns_size);
	pack_str(p, &call->text);
}

void trace_call_add(struct buf *out, struct trace_call *call)
{
	cleanup_buf struct buf bytes = {0};
	struct pack p = pack_writer(&bytes), head = pack_writer(out);
	uint32_t size;

	call_pack(&p, call);
	size = (uint32_t)bytes.len;
	pack_u32(&head, &size);
	buf_add(out, bytes.data, bytes.len);
}

int trace_call_next(const struct buf *bytes, size_t *at, struct trace_call *call)
{
	struct pack head = pack_reader(bytes->data + *at, bytes->len - *at), p;
	uint32_t size;

	*call = (struct trace_call){0};
	pack_u32(&head, &size);
	if (head.failed || size > head.left)
		return 0;
	p = pack_reader(head.in, size);
	call_pack(&p, call);
	*at += sizeof(size) + size;
	if (pack_complete(&p) && call->kind < TRACE_KIND_COUNT)
		return 1;
	trace_call_free(call);
	return 0;
}

void trace_call_free(struct trace_call *call)
{
	free(call->name);
	free(call->function);
	free(call->file);
	free(call->license);
	free(call->insns);
	free(call->text);
	*call = (struct trace_call){0};
}
