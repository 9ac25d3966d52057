/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject_body: a subject up to its exec, when it still runs in the memory of its caller. Owned by subject, whose
 * struct it shares. What is here is a process beside its caller in one memory: see the rules at the top of
 * subject_body.c.
 */
#ifndef COREMATRIX_AGENT_DEEDS_SUBJECT_BODY_H
#define COREMATRIX_AGENT_DEEDS_SUBJECT_BODY_H

#include "agent/deeds/subject.h"

/* Its name until the exec. */
#define SUBJECT_CALLER_NAME "cm-caller"
/* Far more than the handful of frames need; untouched pages cost nothing. */
#define STACK_SIZE (64u * 1024u)
/* As many bits as a word has. */
#define PROCESSORS_MAX 64u

struct pipe_ends {
	int ready_r, ready_w; /* one byte per step reached */
	int go_r, go_w;       /* one byte lets it exec, the end of the file lets it end */
};

/* Shared with the child until its exec: the child writes the ids and the errno, the pipe orders it. */
struct subject {
	const struct subject_kind *kind;
	char *path;
	char ready_arg[16], go_arg[16], action_arg[16];
	const char *work;               /* the stage's */
	unsigned processors, processor; /* how many there are, and which is its own */
	struct pipe_ends ends;          /* as the child finds them: never changed once it runs */
	struct pipe_ends owned;         /* the caller's: -1 when closed */
	pid_t root;                     /* child of the caller: the subject, or the process above it */
	volatile pid_t pid, tid, parent_tid;
	volatile int failure; /* errno of what the child could not do */
	const char *volatile failed_call;
	const char *step;      /* that it was last asked for, as a call: "spawn", "exec", "act" */
	char act_call[16];     /* that failed in its action */
	const char *act_other; /* what that came to where it did not fail; NULL */
	int stopped;           /* by this signal, 0 */
	int status;            /* wait status of `root` once reaped */
	bool reaped;
	bool seized;     /* traced: its end has to be waited for before its parent can see it */
	char *stacks[4]; /* parent, its thread, subject, its thread */
};

/* Start the process, or the one above it, on the stacks of `s`. Returns its id, or -1 with errno set. */
int subject_body_start(struct subject *s);

#endif
