/* SPDX-License-Identifier: BSD-2-Clause */
/* cell_truth: which subjects of a cell reported something, and which are missing, told from its comparisons. Pure. */
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

#endif
