/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * said_rule: a line of the kernel's log that is allowed, or expected, and why, as an object's ini or a row of the list
 * says it:
 *
 *   WARNING: *kernel/bpf/verifier.c* because 6.12.3 warns at each load, and the load is fine
 *
 * Pure.
 */
#ifndef COREMATRIX_WIRE_SAID_RULE_H
#define COREMATRIX_WIRE_SAID_RULE_H

#include <stdbool.h>

#include "base/buf.h"

struct said_rule {
	char *pattern; /* fnmatch(3)'s, of any part of the line */
	char *reason;
	bool expected; /* a cell of which the kernel does not say it is not as expected */
};

/* Returns true with `rule`, which is the caller's: said_rule_free; or false with what is wrong in `why`. */
bool said_rule_parse(const char *text, struct said_rule *rule, struct buf *why);

bool said_rule_matches(const struct said_rule *rule, const char *line);
struct said_rule said_rule_copy(const struct said_rule *rule);
void said_rule_free(struct said_rule *rule);

#endif
