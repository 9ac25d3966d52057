/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alone: after an object was refused as a whole, tries each of its programs with all others off, so that one failing
 * program does not hide the others. It runs no workload and decides nothing.
 */
#ifndef COREMATRIX_AGENT_LOAD_ALONE_H
#define COREMATRIX_AGENT_LOAD_ALONE_H

#include "agent/load/attempt.h"
#include "relo/core_relo.h"

/*
 * `whole` failed to load. Replace loaded, attached, err and reason of each of its programs that is to be loaded by what
 * came of its own try, and append each try's log to `log`. What `whole` found out about relocations stays; records that
 * it never came to are filled from the tries, and `reached` and `loaded` of records become what the tries showed. The
 * tries end after a fixed time: programs left then say so. They also end at one that fails for a map, as all would.
 */
void alone_try(struct attempt *whole, struct core_relo_list *relos, struct relo_log *relo_log, struct buf *log);

/* All tries together may take so many times longer than they may as a rule. */
void alone_set_patience(unsigned times);

#endif
