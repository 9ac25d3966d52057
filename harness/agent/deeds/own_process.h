/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own_process: a deed's calls in a process of its own, which may end as it likes and takes with it what it changed of
 * itself. For deeds that are done for what else runs meanwhile.
 */
#ifndef COREMATRIX_AGENT_DEEDS_OWN_PROCESS_H
#define COREMATRIX_AGENT_DEEDS_OWN_PROCESS_H

#include "agent/deeds/action.h"

/* `calls` is done in a child, which is ended when it takes more than ten seconds; `out` is filled when there is none.
 */
void own_process_run(void (*calls)(const char *directory), const char *directory, struct action_result *out);

#endif
