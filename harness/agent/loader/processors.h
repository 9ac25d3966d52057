/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * processors: whether the guest had anything to do, which tells a program that waits from one that is not done: how
 * long that takes depends on what else the host is doing.
 */
#ifndef COREMATRIX_AGENT_LOADER_PROCESSORS_H
#define COREMATRIX_AGENT_LOADER_PROCESSORS_H

#include <stdbool.h>
#include <stdint.h>

/* What the guest's processors did up to now, in ticks. */
struct processors {
	uint64_t idle, all;
};

/* Zero when /proc does not tell. */
struct processors processors_read(void);

/* Whether they were idle between the two, but for a tenth: that may be the harness's own and the kernel's. */
bool processors_rested(const struct processors *before, const struct processors *after);

#endif
