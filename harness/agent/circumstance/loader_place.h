/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_place: in what an object is opened, loaded and attached where a row asks for less than root in the guest's own
 * namespaces: fewer capabilities, another user, namespaces, a limit. What else the harness does stays root's.
 *
 * Credentials, namespaces and limits of a process cannot be taken back, and what libbpf makes is in memory and
 * descriptors: so the work is done by a process for that alone which shares both with the one that waits for it.
 */
#ifndef COREMATRIX_AGENT_CIRCUMSTANCE_LOADER_PLACE_H
#define COREMATRIX_AGENT_CIRCUMSTANCE_LOADER_PLACE_H

#include <stdbool.h>

#include "wire/circumstance.h"

/* What all places of this process and its children are from now on. PID 1 calls it, once. */
void loader_place_set(const struct circumstances *asked);

/* Whether a row asks for one. */
bool loader_place_is_asked(void);

/*
 * Call `run`, in such a place if one is asked for. Returns what it returns. What it does to this process's memory and
 * descriptors stays; children that it leaves are not this process's. Should it die of a signal, so does this process.
 */
int loader_place_run(int (*run)(void *ctx), void *ctx);

/* What the process that calls it finds of a key, as circumstance_set.c's table has it. */
unsigned loader_place_find_caps(char **said);
unsigned loader_place_find_namespace(char **said);
unsigned loader_place_find_tracefs(char **said);
unsigned loader_place_find_sys(char **said);
unsigned loader_place_find_memlock(char **said);

#endif
