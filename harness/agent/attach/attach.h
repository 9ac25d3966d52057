/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach: puts a loaded program where it belongs, of the kinds that libbpf leaves to the object's own loader: on an
 * interface, a cgroup, a socket, the network namespace, a timer. Where it belongs is told by the ini, else it is the
 * place that the subjects' own doings pass. It loads nothing and makes nothing happen.
 */
#ifndef COREMATRIX_AGENT_ATTACH_ATTACH_H
#define COREMATRIX_AGENT_ATTACH_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include "base/error.h"

/* What an ini says of the place; NULL: nothing, and the usual one is taken. Borrowed. */
struct attach_place {
	const char *to;                  /* an interface, a cgroup, "binary:function", … as the kind has it */
	const char *hook;                /* which side or step of it: "egress", "forward" */
	const char *priority;            /* among others that are attached there, a number */
	const char *frequency;           /* of a timer, in Hz */
	const struct bpf_object *object; /* the program's, among whose maps it may belong */
};

/* Whether programs of this kind are attached here. The object may be not loaded yet. */
bool attach_knows(const struct bpf_program *prog, const struct attach_place *place);

/* What makes such a program run, as far as subjects do it: bits of enum trigger. */
uint64_t attach_drives(const struct bpf_program *prog, const struct attach_place *place);

/* What holds a program in place. */
struct attachment;

/*
 * Attach `prog`. Returns 0, or a negative errno with a line that says at which step it failed, and what the kernel
 * lacks as far as that is known. `*out` lives until attachment_undo, and with it the process: some places keep what the
 * process leaves there.
 */
int attach_program(const struct bpf_program *prog, const struct attach_place *place, struct attachment **out,
                   struct error *err);

/* Take it away again, and free it; NULL is nothing. */
void attachment_undo(struct attachment *a);

/* After a process that did not get to undo: take away what outlives it. */
void attach_sweep(void);

#endif
