/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_said: which lines of what the kernel logged while an object was in it mean that something is wrong: warnings,
 * bugs, stalls, reports of sanitizers, refused memory, lockdown. Pure.
 */
#ifndef COREMATRIX_HOST_JUDGE_KERNEL_SAID_H
#define COREMATRIX_HOST_JUDGE_KERNEL_SAID_H

#include "host/lib/strings.h"
#include "host/result/result.h"
#include "wire/said_rule.h"

/* Of one cell no more lines than this are named; the log has all. */
#define KERNEL_SAID_MAX 16

/* Add to `lines` those of `log` that mean something, each once. */
void kernel_said_find(const char *log, struct strings *lines);

/* Move the lines of `c` that a rule allows to its allowed ones, with the reason. */
void kernel_said_allow(struct result_cell *c, const struct said_rule *rules, size_t count);

/* Whether a line of `c` is one that `rule` allows. */
bool kernel_said_used(const struct result_cell *c, const struct said_rule *rule);

#endif
