/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell_result: turns the facts a session collected about one object into its cell of the result: every relocation
 * judged from its witnesses, then the cell's verdict. Pure but for the cell's log, which it hands back to be written.
 */
#ifndef COREMATRIX_HOST_RUN_CELL_RESULT_H
#define COREMATRIX_HOST_RUN_CELL_RESULT_H

#include "host/predict/prediction.h"
#include "host/result/result.h"
#include "host/vm/session.h"

/* Fill `cell` (kernel and object set, otherwise empty) from facts that count. */
void cell_result_fill(struct result_cell *cell, const struct session_cell *facts);

/*
 * The same, held against what was predicted for object number `object` on kernel number `kernel`; of a loader, for
 * those that it carries, which come next after it.
 */
void cell_result_fill_predicted(struct result_cell *cell, const struct session_cell *facts,
                                const struct prediction *prediction, size_t kernel, size_t object);

/* Make `cell` infra, with the reason. */
void cell_result_infra(struct result_cell *cell, const char *reason);

#endif
