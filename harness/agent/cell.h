/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell: one object in this kernel, from its bytes to the last fact about it: open, load, attach, workloads. It runs in
 * a child of PID 1 of its own, so that every object finds a clean slate and one that kills its loader harms no other.
 */
#ifndef COREMATRIX_AGENT_CELL_H
#define COREMATRIX_AGENT_CELL_H

#include "wire/job.h"

/* Run object number `index` of `job` in a child and relay its messages, from CELL_BEGIN to CELL_END, whatever happens.
 */
void cell_run(const struct job *job, uint32_t index);

#endif
