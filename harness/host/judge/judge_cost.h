/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge_cost: whether what an object's programs cost is within its budget, and far enough from the verifier's limit.
 * Pure. It never makes a cell better.
 */
#ifndef COREMATRIX_HOST_JUDGE_JUDGE_COST_H
#define COREMATRIX_HOST_JUDGE_JUDGE_COST_H

#include "host/result/result.h"
#include "wire/cost.h"

/* From this share of the verifier's limit on, a reader is told; percent. */
#define JUDGE_COST_WARNS 80

/*
 * A cell that loaded and would stand is rejected with class `budget` when a program is beyond its budget, or when a
 * rule names a program that the object does not have. Else its reason tells of programs near the verifier's limit.
 * What failed already stays what it is; of what was too complex the reason tells how far the verifier came. Idempotent.
 */
void judge_cost(struct result_cell *c, const struct budget_rule *rules, size_t count);

#endif
