/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_timeline: how each field that the objects name changes along the kernels: where it moves, appears,
 * disappears or changes its size, and between which two neighbouring kernels. Kernels of one flavour are compared with
 * each other only: a field sits elsewhere in another flavour of the same version. Pure.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_TIMELINE_H
#define COREMATRIX_HOST_PREDICT_PREDICT_TIMELINE_H

#include "base/buf.h"
#include "host/predict/prediction.h"

/* `flavours` holds one text per kernel of `p`. Fields that are the same on all kernels are counted only. */
void predict_timeline(const struct prediction *p, const char *const *flavours, struct buf *out);

#endif
