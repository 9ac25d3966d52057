/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_seen: what the calls of a traced loader come to: the programs that it loaded or could not load, each with the
 * function of the objects it carries that it was made of, and what became of each relocation of those. What cannot be
 * matched stays unmatched, with the reason.
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_SEEN_H
#define COREMATRIX_AGENT_LOADER_LOADER_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/deeds/trigger.h"
#include "agent/loader/loader_running.h"
#include "agent/tracer/trace_call.h"
#include "agent/witness/code_match.h"
#include "agent/witness/code_widen.h"
#include "base/buf.h"

/* A program that it tried to load: its last try, or the one that succeeded. */
struct seen_program {
	struct trace_call call;
	int source; /* index of the object that it was made of, -1 */
	uint32_t func;
	struct wide_code wide; /* its code, where its loader's poison is shorter than what it stands for */
	char *why;             /* it has no source; NULL: nothing in the objects is like it */
	bool attached;
	int32_t attach_err; /* positive errno of the last try to attach it that failed */
	char *attach_to;    /* as that try named it, "" */
};

/* Zero-initialise. */
struct loader_seen {
	struct code_source *sources;
	char **names; /* of each of them */
	size_t source_count;
	struct seen_program *programs; /* in the order in which they were first tried */
	size_t program_count;
	struct buf notes; /* lines about what could not be seen */
};

/* Add an object that it carries, the next number; one that cannot be read becomes one without functions, and a note. */
void loader_seen_source(struct loader_seen *s, const void *bytes, size_t size, const char *name);

/* Take what the tracer kept, and match it. */
void loader_seen_read(struct loader_seen *s, const struct buf *records);

/*
 * Send a PROGRAM for each, and for those that only the kernel knows of, and a RELO for each record. Adds to the notes,
 * and to `refusals` what the verifier said of those that it refused, in the form that libbpf gives it.
 */
void loader_seen_send(struct loader_seen *s, const struct loader_running *running, struct buf *refusals);

/* What the programs that it attached react to, of those whose source is known. */
void loader_seen_triggers(const struct loader_seen *s, struct trigger_summary *triggers);

void loader_seen_free(struct loader_seen *s);

#endif
