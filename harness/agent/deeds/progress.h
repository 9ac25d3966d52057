/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress: what an object's process is about, and what it has to say up to then, in memory that it shares with PID 1.
 * No object can deny, garble or end that, as it can a system call: what PID 1 is told of one that does is found here.
 * It judges nothing. In a process that nobody opened it for, it is memory of its own.
 */
#ifndef COREMATRIX_AGENT_DEEDS_PROGRESS_H
#define COREMATRIX_AGENT_DEEDS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

enum progress_step {
	PROGRESS_LOAD, /* nothing of the object is attached */
	PROGRESS_ATTACH,
	PROGRESS_DEEDS,
	PROGRESS_EVENTS,
	PROGRESS_ITERATORS,
	PROGRESS_DETACH,
	PROGRESS_TELL, /* nothing is attached any more */
	PROGRESS_STEP_COUNT,
};

/* Share it with all processes that are forked from now on. */
void progress_open(void);

/* Nothing is known yet: before each object. */
void progress_clear(void);

/* Without a system call. */
void progress_step(enum progress_step step);
enum progress_step progress_at(void);

/* What the object's process is doing, for a sentence: "reading its iterators". */
const char *progress_words(enum progress_step step);

/* Leave bytes that are to be told should this process not come to it, in place of those before; what is too long is
 * left out. */
void progress_leave(const void *bytes, size_t len);
const void *progress_left(size_t *len);

#endif
