/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * early_still: most subjects hold still after their exec and end. This does it before libc is set up, which would cost
 * an emulated guest as much as the exec itself. agent_start, the agent's entry point in an architecture's start_NAME.S,
 * calls early_still and then goes on with libc's own; nothing else calls it.
 */
#ifndef COREMATRIX_AGENT_FAST_EARLY_STILL_H
#define COREMATRIX_AGENT_FAST_EARLY_STILL_H

/* When argv says so (STILL_MARK), hold still and never return. Needs no libc: no errno, no thread pointer. */
void early_still(long argc, const char *const *argv);

/* A system call of the architecture's; returns what the kernel returns. */
long early_system_call(long number, long a, void *b, long c);

#endif
