/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settle: waits until the kernel has let go of what an object held: its programs, and its memory, which it gives back
 * in its own time. The next object must find neither. It knows nothing of cells.
 */
#ifndef COREMATRIX_AGENT_SETTLE_H
#define COREMATRIX_AGENT_SETTLE_H

/* Note what the guest has, before an object. */
void settle_begin(void);

/* Wait until it has that again, for a bounded time; at once when nothing was noted. */
void settle_wait(void);

#endif
