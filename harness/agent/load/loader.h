/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader: opens, loads and attaches one object as its own loader would (plain libbpf, nothing smoothed over), gathers
 * both relocation witnesses on the way, has the workloads run, and sends every fact. Called once per process.
 */
#ifndef COREMATRIX_AGENT_LOAD_LOADER_H
#define COREMATRIX_AGENT_LOAD_LOADER_H

#include "wire/job.h"

/* Run the object and send its messages, the last of which is CELL_END. Everything it acquires lives until exit. */
void loader_run(const struct job_object *object);

#endif
