/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_read: makes a trace_call of a system call that a stopped thread has entered and, later, returned from: which of
 * them are of interest, and how bpf(2) lays out what it is given (struct bpf_attr, include/uapi/linux/bpf.h).
 */
#ifndef COREMATRIX_AGENT_TRACER_CALL_READ_H
#define COREMATRIX_AGENT_TRACER_CALL_READ_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent/tracer/netlink_attach.h"
#include "agent/tracer/trace_call.h"

/* A call between its two ends. */
struct call_read {
	struct trace_call call;
	uint64_t log; /* address of the verifier's log, 0 */
	uint32_t log_size;
	uint32_t types_id;   /* of the types that a program is loaded with, 0 */
	uint32_t first_func; /* and in them its first function, 0 */
	uint32_t first_file; /* and the name of the file that this is of, 0 */
	int socket;          /* the one that `message` is sent by, shared; -1: it is no message */
	struct netlink_attach message;
};

/*
 * Thread `tid` is about to make call `number`. Returns true with `out` filled when it is one of those that are kept;
 * instructions only when `whole`.
 */
bool call_read_enter(pid_t tid, uint64_t number, const uint64_t arguments[6], bool whole, struct call_read *out);

/*
 * It came back with `result`, a negative errno when it failed. Returns false when what came of it is not known, so that
 * nothing is to be kept.
 */
bool call_read_leave(pid_t tid, int64_t result, struct call_read *c);

void call_read_free(struct call_read *c);

#endif
