/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/larger.h"

#include <errno.h>
#include <string.h>

#define FACTOR 4u
#define AT_LEAST_MB 1024u
/* A job is in memory as it came, as it was read, and as files. */
#define TIMES_HELD 3u
#define OWN_MB 64u

const char *larger_why(const struct session_cell *cell)
{
	const struct cell_end_fact *end = &cell->end.cell_end;

	if (!cell->done)
		return NULL;
	if (end->phase == PHASE_LOAD && end->err == ENOMEM)
		return "the guest's memory was full before the object was loaded";
	if (end->phase == PHASE_RUN && end->err == ETIME)
		return "the verifier was still at work on the object when its time was over";
	return NULL;
}

const char *larger_why_lost(const char *reason)
{
	/* kernel/mm/oom_kill.c: "System is deadlocked on memory", "Out of memory: compulsory panic_on_oom is enabled"
	 */
	if (strstr(reason, "Kernel panic") && (strstr(reason, "on memory") || strstr(reason, "ut of memory")))
		return "the guest's memory was full, and its kernel gave up";
	return NULL;
}

unsigned larger_memory(unsigned memory_mb, unsigned long available_mb)
{
	unsigned wanted = FACTOR * memory_mb > AT_LEAST_MB ? FACTOR * memory_mb : AT_LEAST_MB;

	if (available_mb && available_mb / 2 < wanted)
		wanted = (unsigned)(available_mb / 2);
	return wanted > memory_mb ? wanted : memory_mb;
}

unsigned larger_needed(size_t bytes)
{
	return (unsigned)(TIMES_HELD * (bytes >> 20)) + OWN_MB;
}
