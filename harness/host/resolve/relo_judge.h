/* SPDX-License-Identifier: BSD-2-Clause */
/* relo_judge: the outcome of one record from its two witnesses. Pure. */
#ifndef COREMATRIX_HOST_RESOLVE_RELO_JUDGE_H
#define COREMATRIX_HOST_RESOLVE_RELO_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/message.h"

/*
 * The outcome that the facts support. `*disagreement` becomes NULL, or a text of the caller's with both sides when the
 * witnesses contradict each other or what is known of the load. Never returns RELO_DRIFT: only a prediction can see it
 * (relo_calc.h).
 */
enum relo_outcome relo_judge(const struct relo_fact *f, char **disagreement);

/*
 * The value and width that the witnesses agree on. Returns false when there is none: poisoned, failed, not attempted or
 * contradictory. `value` and `width` may be NULL.
 */
bool relo_judge_value(const struct relo_fact *f, uint64_t *value, uint8_t *width);

/*
 * Outcome of a record of `kind` that was resolved to `value`; `found` says that a target type matched, which tells a
 * size of 0 from an absent type. Shared with the prediction.
 */
enum relo_outcome relo_judge_resolved(unsigned kind, uint64_t local, uint8_t local_width, uint64_t value, uint8_t width,
                                      bool found);

#endif
