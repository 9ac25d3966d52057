/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command: a program of the user's that a subject runs, with what it reads on its standard input: left in the stage's
 * directory by the agent, found there by the subject. It runs nothing itself.
 */
#ifndef COREMATRIX_AGENT_DEEDS_COMMAND_H
#define COREMATRIX_AGENT_DEEDS_COMMAND_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct command {
	const char *input;
	const char *libraries; /* directories of its libraries, colons between; "": none but the usual ones */
	char **argv;           /* the first is a path */
};

/* Leave it in `directory`. Returns 0 or a negative errno. */
int command_leave(const char *directory, const struct command *c, struct error *err);

/* Find it: 0, or -ENOENT when none was left. All of it is within `text`, and `argv` is the caller's. */
int command_find(const char *directory, struct buf *text, struct command *c);

#endif
