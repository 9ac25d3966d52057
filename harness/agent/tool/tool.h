/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tool: an object whose loader is its own program: puts the files that came with it below a root of their own, starts
 * it there, makes the workloads happen while it runs, and sends how it ended and what it said. Called by cell in the
 * object's own process. It judges nothing but the end of a process.
 */
#ifndef COREMATRIX_AGENT_TOOL_TOOL_H
#define COREMATRIX_AGENT_TOOL_TOOL_H

#include <stdbool.h>

#include "wire/job.h"

/* True when the object is such a program (SETTING_LOADER). */
bool tool_is_one(const struct job_object *object);

/*
 * Run it and send its messages, the last of which is CELL_END: PHASE_DONE when it ended well, PHASE_LOAD when it did
 * not, PHASE_RUN when it could not be run. Everything it acquires lives until exit, in a mount namespace of its own.
 */
void tool_run(const struct job_object *object);

#endif
