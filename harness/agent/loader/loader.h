/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader: a program of the user's that loads its own BPF: puts the files that came with it below a root of their own,
 * starts it there, makes the workloads happen while it runs, and sends how it ended and what it said. It judges nothing
 * but the end of a process, and loads nothing itself (agent/load does that).
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_H
#define COREMATRIX_AGENT_LOADER_LOADER_H

#include <stdbool.h>

#include "wire/job.h"

/* True when the object is a loader (SETTING_LOADER). */
bool loader_is_one(const struct job_object *object);

/*
 * Run it and send its messages, the last of which is CELL_END: PHASE_DONE when it ended well, PHASE_LOAD when it did
 * not, PHASE_RUN when it could not be run. Everything it acquires lives until exit, in a mount namespace of its own.
 */
void loader_run(const struct job_object *object);

#endif
