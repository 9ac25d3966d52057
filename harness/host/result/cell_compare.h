/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell_compare: whether two measurements of one cell say the same: verdict and class, every program's fate, every
 * relocation's outcome and value, every compared field and whether it was true. What may differ between two honest runs
 * (process ids, times, event counts) is left out. Pure.
 */
#ifndef COREMATRIX_HOST_RESULT_CELL_COMPARE_H
#define COREMATRIX_HOST_RESULT_CELL_COMPARE_H

#include "host/result/result.h"

/* NULL when they say the same, else what differs first; the caller frees it. */
char *cell_compare(const struct result_cell *a, const struct result_cell *b);

#endif
