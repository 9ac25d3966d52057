/* SPDX-License-Identifier: BSD-2-Clause */
/* action_result: what a deed notes of its calls as it goes along, and whether that arrived as it was sent. */
#ifndef COREMATRIX_AGENT_DEEDS_ACTION_RESULT_H
#define COREMATRIX_AGENT_DEEDS_ACTION_RESULT_H

#include <sys/types.h>

#include "agent/deeds/action.h"

/* Note errno and what failed; returns -1. */
int action_failed(struct action_result *out, const char *call);

/* Note that a call came to something else; the deed goes on. */
void action_differed(struct action_result *out, const char *call, enum action_other other);

/* 0 when the call returned what it has to; else note what it came to and return -1. */
int action_returned(struct action_result *out, const char *call, ssize_t got, size_t wanted);

/* It is complete, and goes on its way: a deed that failed has no scene. */
void action_result_seal(struct action_result *out);

/* Whether a result arrived as it was sealed. */
bool action_result_is_whole(const struct action_result *r);

#endif
