/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * larger: which cells a guest was too small for, or too short of time, so that they are measured again, each alone in a
 * larger guest; and how large that is. What came of the small one says nothing of the kernel. Pure.
 */
#ifndef COREMATRIX_HOST_RUN_LARGER_H
#define COREMATRIX_HOST_RUN_LARGER_H

#include <stddef.h>

#include "host/vm/session.h"

/* How many times longer an object may be loaded there. */
#define LARGER_PATIENCE 20u

/* Why what the guest says of an object is not the end of it, for a sentence; NULL: it is. */
const char *larger_why(const struct session_cell *cell);

/* The same of a guest that was lost with `reason` while the object was in it. */
const char *larger_why_lost(const char *reason);

/*
 * Memory of the larger guest, MiB, for one of `memory_mb` on a host that has `available_mb` (0: not known). No more
 * than `memory_mb` when the host has no room.
 */
unsigned larger_memory(unsigned memory_mb, unsigned long available_mb);

/*
 * Memory that a guest has to have, MiB, for an object of `bytes`: the job, the files of a loader made of it, and what
 * they need themselves.
 */
unsigned larger_needed(size_t bytes);

#endif
