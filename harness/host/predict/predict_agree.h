/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_agree: holds a prediction against what a run measured. What both cannot be right about is written into the
 * result, with both sides, and makes the run exit with 4. Pure.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_AGREE_H
#define COREMATRIX_HOST_PREDICT_PREDICT_AGREE_H

#include "host/predict/prediction.h"
#include "host/result/result.h"
#include "wire/message.h"

/*
 * Compare record `index` of the object, measured as `fact` and judged in `r`: sets r->predicted, adds to
 * r->disagreement, and makes r->outcome RELO_DRIFT where only the types show that a field is misread. Does nothing when
 * the cell has no such prediction.
 */
void predict_agree_relocation(const struct predict_object *object, const struct predict_cell *cell, size_t index,
                              const struct relo_fact *fact, struct result_relocation *r);

/* Compare the verdict, once it is judged, and the weak externs: sets c->predicted and c->disagreement. */
void predict_agree_cell(const struct predict_object *object, const struct predict_cell *cell, struct result_cell *c);

#endif
