/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settle: waits until the kernel has taken back the memory of what was unloaded. It frees maps and programs behind the
 * back of whoever closed them, after grace periods that take seconds on a busy emulator; an object with large maps
 * would fail for what the one before it held. Used by cell between objects and by alone between tries. It frees
 * nothing itself.
 */
#ifndef COREMATRIX_AGENT_SETTLE_H
#define COREMATRIX_AGENT_SETTLE_H

/* Remember how much memory is available now: what later waits want back. Inherited by fork. */
void settle_mark(void);

/*
 * Wait until nearly as much is available as was marked, a few seconds at most; what is not back by then is taken for
 * used up, and later waits do not want it.
 */
void settle_wait(void);

/* MemAvailable of the text of /proc/meminfo in kB, -1 when it has none. Pure. */
long settle_available(const char *meminfo);

#endif
