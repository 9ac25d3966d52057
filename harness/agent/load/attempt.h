/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attempt: one try to open, load and attach an object, as a plain program with libbpf would (nothing smoothed
 * over), with all that it left behind: how far it came, why not further, each program's fact, the log.
 * It knows nothing of workloads, and of relocations only that somebody may listen to the log.
 *
 * libbpf's print callback has no context: one attempt at a time. Opening one makes it the one that hears the log.
 */
#ifndef COREMATRIX_AGENT_LOAD_ATTEMPT_H
#define COREMATRIX_AGENT_LOAD_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>

#include <bpf/libbpf.h>

#include "agent/attach/attach.h"
#include "agent/attach/attach_target.h"
#include "agent/witness/relo_log.h"
#include "base/buf.h"
#include "wire/job.h"
#include "wire/message.h"

struct attempt_program {
	struct bpf_program *prog;
	struct bpf_link *link;   /* of those that libbpf attaches */
	struct attachment *held; /* of those that the harness does */
	uint64_t drives;         /* bits of enum trigger: what makes it run, as far as its kind tells */
	struct bpf_insn *before; /* as compiled; libbpf patches its own copy in place */
	size_t before_count;
	struct attach_place
	        place;    /* from the ini, borrowed from the job; `to` is NULL when the section's name says it */
	bool driven_only; /* and nothing else does */
	struct program_fact fact;
};

struct attempt_registered {
	struct bpf_link *link;
	struct attachment *use; /* what makes the kernel use it; NULL: nothing has to */
};

/* Zero-initialise and set the first two. */
struct attempt {
	const struct job_object *job; /* borrowed */
	struct relo_log *relo_log;    /* borrowed; hears every line; may be NULL */
	struct bpf_object *obj;
	struct attempt_program *programs;
	size_t program_count;
	struct attach_target *target;          /* whose functions it replaces, NULL when it replaces none */
	struct attempt_registered *registered; /* struct_ops maps; they outlive the process unless they are let go of */
	size_t registered_count;
	struct buf log;            /* warnings and verifier logs, cut at a limit */
	struct buf absent_externs; /* weak ones that are 0, a blank between two */
	enum cell_phase phase;
	int err;      /* positive errno of what failed, 0 */
	char *reason; /* NULL when nothing failed */
};

/* Each returns 0, or -1 with phase, err and reason set. Programs know their own failures. */
int attempt_open(struct attempt *a); /* settings of the job included */
int attempt_load(struct attempt *a);
int attempt_attach(struct attempt *a); /* goes on after a program that fails; struct_ops maps are registered */

/* Take back what the kernel would keep after the process: what attempt_attach registered, and what the harness
 * attached. */
void attempt_unregister(struct attempt *a);

/* Take back what attempt_attach attached, and registered; the programs stay loaded. */
void attempt_detach(struct attempt *a);

/* Whether some loaded program can do more than watch: deny, end processes, write to them, change results. */
bool attempt_may_act(const struct attempt *a);

/* Take every program but number `index` out of the load. */
void attempt_single(struct attempt *a, size_t index);

/* The verifier's words on `program`, NULL when it said nothing. The caller's. */
char *attempt_verifier_log(const struct attempt *a, const char *program);

/* Record a failure that happened outside. */
void attempt_fail(struct attempt *a, enum cell_phase phase, int err, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

/* Detaches and unloads everything. */
void attempt_close(struct attempt *a);

#endif
