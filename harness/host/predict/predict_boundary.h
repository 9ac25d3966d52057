/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_boundary: what is different for an object from one kernel to the next: a relocation that is resolved on one
 * side only, a need that holds on one side only. That a field merely moved is not a boundary: relocations are made for
 * that (predict_timeline.h tells it). Pure.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_BOUNDARY_H
#define COREMATRIX_HOST_PREDICT_PREDICT_BOUNDARY_H

#include "base/buf.h"
#include "host/predict/prediction.h"

/*
 * Append one line for each difference of `object` between kernels `a` and `b`, `indent` blanks in front. Returns how
 * many there are, the forecast's own change not counted.
 */
size_t predict_differences(const struct prediction *p, size_t object, size_t a, size_t b, size_t indent,
                           struct buf *out);

/* What the mirror could tell of what lies between two kernels: appends a line or nothing. */
typedef void (*predict_between)(void *ctx, size_t object, size_t a, size_t b, struct buf *out);

/*
 * Append every boundary between neighbours: kernels of one flavour, ordered by release; and what changed more than once
 * along them, for what appeared need not stay. `flavours` and `releases` hold one text per kernel.
 */
void predict_boundaries(const struct prediction *p, const char *const *flavours, const char *const *releases,
                        predict_between between, void *ctx, struct buf *out);

#endif
