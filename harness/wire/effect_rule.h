/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * effect_rule: one line of [effect] in an object's ini: what a call comes to because the object acts. Read by the host,
 * to refuse mistakes, and by the agent, to compare. Pure.
 *
 *   exec = EPERM
 *   connect = EPERM for uid 1000
 *   signal = SIGKILL            ; whatever a subject does, it ends by this
 *   exec = other path
 */
#ifndef COREMATRIX_WIRE_EFFECT_RULE_H
#define COREMATRIX_WIRE_EFFECT_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* What a call that nobody interfered with comes to. */
#define EFFECT_SUCCESS "success"
#define EFFECT_SIGNAL "signal"

struct effect_rule {
	char call[16];
	char outcome[24];
	bool has_uid;
	uint32_t uid;
	uint64_t groups; /* bits WORKLOAD_BIT: deeds that the call is part of */
};

/* Whether its call is part of every deed. */
bool effect_rule_is_of_all(const struct effect_rule *rule);

/* Returns true with `rule` filled, or false with what is wrong, and what would be right, in `why`. */
bool effect_rule_parse(const char *name, const char *value, struct effect_rule *rule, struct buf *why);

#endif
