/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_call: one system call of a traced program that loads or attaches BPF, as a value: what went in, what came out;
 * and how it travels from the tracer to who asked. It reads no process.
 */
#ifndef COREMATRIX_AGENT_TRACER_TRACE_CALL_H
#define COREMATRIX_AGENT_TRACER_TRACE_CALL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What is kept of all calls together; of those after it only that they were made. */
#define TRACE_MAX_BYTES (24u << 20)
/* And of one: the longest program the kernel takes, a log that tells, and the types of a large object. */
#define TRACE_MAX_INSNS 1000000u
#define TRACE_MAX_LOG (512u << 10)

enum trace_kind {
	TRACE_PROGRAM, /* BPF_PROG_LOAD */
	TRACE_MAP,     /* BPF_MAP_CREATE */
	TRACE_TYPES,   /* BPF_BTF_LOAD */
	TRACE_ATTACH,  /* a program is hung somewhere: a link, PROG_ATTACH, an ioctl, a socket's option */
	TRACE_EVENT,   /* perf_event_open */
	TRACE_NOTE,    /* `text` says what the tracer could not do */
	TRACE_TRACE,   /* ptrace(PTRACE_TRACEME): it wants to be traced, which it is already */
	TRACE_KIND_COUNT,
};

struct trace_call {
	uint8_t kind;    /* enum trace_kind */
	uint32_t thread; /* that made it */
	int32_t err;     /* positive errno, 0 when it succeeded */
	uint32_t id; /* the kernel's, of the program, map, types or link that was made; of TRACE_ATTACH: of the program;
	                0: not known */
	/* TRACE_PROGRAM; `type` and `name` also of a map, `attach_type` also of TRACE_ATTACH */
	uint32_t type, attach_type, attach_id, flags;
	char *name;     /* as handed in, at most 15 bytes */
	char *function; /* what its types call its first function, "" when they do not tell */
	char *file;     /* and the source file that it is of, "" */
	char *license;
	uint32_t types_size, strings_size; /* bytes of its types and of their strings, 0: not known */
	uint32_t insn_count;               /* as handed in */
	void *insns;                       /* struct bpf_insn; size 0: not kept */
	uint32_t insns_size;
	char *text; /* the verifier's log; what it is hung to, where the call names that; a note */
};

/* Append `call`, which is not changed, with its length. */
void trace_call_add(struct buf *out, struct trace_call *call);

/*
 * Take the next one from `bytes`, of which `*at` are read already. Returns 1, or 0 at the end or where the rest is not
 * whole: the tracer was killed while it wrote. Free with trace_call_free.
 */
int trace_call_next(const struct buf *bytes, size_t *at, struct trace_call *call);
void trace_call_free(struct trace_call *call);

#endif
