/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load: opens, loads and attaches one object as a plain program with libbpf would (nothing smoothed over), gathers
 * both relocation witnesses on the way, has the workloads run, and sends every fact. Once per process.
 */
#ifndef COREMATRIX_AGENT_LOAD_LOAD_H
#define COREMATRIX_AGENT_LOAD_LOAD_H

#include "wire/job.h"

/* Run the object and send its messages, the last of which is CELL_END. Everything it acquires lives until exit. */
void load_run(const struct job_object *object);

#endif
