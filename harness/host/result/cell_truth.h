/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell_truth: what a cell's comparisons tell: which subjects reported something, which are missing, and which programs
 * are proven by them. Pure.
 */
#ifndef COREMATRIX_HOST_RESULT_CELL_TRUTH_H
#define COREMATRIX_HOST_RESULT_CELL_TRUTH_H

#include <stdbool.h>

#include "host/result/result.h"

/*
 * True when a subject's event came: one of its values is right or was at least seen. A comm read from a wrong place can
 * be empty, so one empty value alone does not mean that there was no event.
 */
bool cell_had_event(const struct result_cell *c, const char *workload);

/* The subjects of which no event came, though one should have: "exec-thread", several with a plus. The caller's. */
char *cell_missing_subjects(const struct result_cell *c);

/*
 * Whether the cell proves its program `p`: by a value of its own; or it ran, and the object's effect was measured. Of
 * one that takes a function's place the kernel counts no runs.
 */
bool cell_proves(const struct result_cell *c, const struct result_program *p);

#endif
