/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracer: follows a program, with all its threads and whatever it starts, and keeps the calls by which it loads and
 * attaches BPF. Nothing is changed on the way: signals are passed on, a program that is stopped stays stopped, and what
 * is traced dies with the tracer. It judges nothing.
 *
 * By ptrace(2), and not by seccomp's notifications, which say what goes in but not what comes back: that would have to
 * be done in the program's place, with its descriptors and its memory.
 */
#ifndef COREMATRIX_AGENT_TRACER_TRACER_H
#define COREMATRIX_AGENT_TRACER_TRACER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct tracer_call;
struct tracer_event;

/* Processes and threads that the program may have at a time, those included that ended and were not asked for. */
#define TRACER_TASKS_MAX 512u

/* Zero-initialise and set the first two. */
struct tracer {
	pid_t program;
	int records;   /* where calls are appended (trace_call.h) */
	size_t bytes;  /* that were */
	uint32_t arch; /* interface of the processor's by which calls are made, as the kernel numbers them; 0: none seen
	                */
	unsigned starts;          /* processes and threads that it started */
	unsigned others;          /* that there were of others when it began */
	struct tracer_call *open; /* calls between their two ends */
	size_t open_count;
	struct tracer_event *events; /* stops and ends that are taken together */
	size_t event_count;
};

/*
 * Take hold of `pid`, a child that has not exec'd yet and waits; trace_filter_install is its own to call once this has
 * come back. Returns 0 or a negative errno, with `err` saying why it cannot be traced.
 */
int tracer_seize(pid_t pid, struct error *err);

/*
 * Handle what happens to the program and all that it started, until nothing of it is left. `ended` is called once, with
 * the wait status of the program itself. The calling process must have no other children. Returns 0; or -EAGAIN,
 * without that, as soon as there are too many of them: they end when the caller does.
 */
int tracer_follow(struct tracer *t, void (*ended)(void *ctx, int status), void *ctx);

#endif
