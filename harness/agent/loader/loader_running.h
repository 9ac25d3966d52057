/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_running: the programs that came into the kernel since a loader began, by the kernel's own list, whoever loaded
 * them and by whatever way; and how often each ran in the workloads. Each is held, so that its count can be read when
 * the loader has let go of it.
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_RUNNING_H
#define COREMATRIX_AGENT_LOADER_LOADER_RUNNING_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/truth/run_count.h"
#include "wire/message.h"

/* Zero-initialise. */
struct loader_running {
	uint32_t last; /* id up to which they were looked at; ids grow */
	uint32_t *ids; /* of each of `counts` */
	struct run_counts counts;
};

/* What is there now is somebody else's. */
void loader_running_begin(struct loader_running *r);

/* Take in those that came since; their counts begin. Call it right before a window is opened. */
void loader_running_look(struct loader_running *r);

/* Whether any of them has run, so that one is hung somewhere. */
bool loader_running_any_ran(const struct loader_running *r);

/* The index of a program in `counts`, -1 for one that was gone when it was looked for. */
int loader_running_find(const struct loader_running *r, uint32_t id);

/* Whether one of them hangs somewhere by a link, which someone holds: a process, or a file of bpffs. */
bool loader_running_is_linked(const struct loader_running *r);

/*
 * What is known of program number `index` once run_counts_finish was called: runs, costs and its evidence into `f`,
 * whose `loaded`, `attached` and `type` are set.
 */
void loader_running_fill(const struct loader_running *r, size_t index, struct program_fact *f);

/* What the kernel itself calls it and says of its type; the caller's strings in `f`. */
void loader_running_describe(const struct loader_running *r, size_t index, struct program_fact *f);

void loader_running_free(struct loader_running *r);

#endif
