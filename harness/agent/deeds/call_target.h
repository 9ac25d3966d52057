/* SPDX-License-Identifier: BSD-2-Clause */
/* call_target: a function of this binary that subjects call, for probes to be put on. It is never inlined. */
#ifndef COREMATRIX_AGENT_DEEDS_CALL_TARGET_H
#define COREMATRIX_AGENT_DEEDS_CALL_TARGET_H

#include <stdint.h>

/* Returns what depends on both. */
long call_target(long first, long second);

#endif
