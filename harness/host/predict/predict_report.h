/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_report: a prediction as text for people, and as JSON. Pure views; they print nothing themselves.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_REPORT_H
#define COREMATRIX_HOST_PREDICT_PREDICT_REPORT_H

#include <jansson.h>

#include "base/buf.h"
#include "host/predict/prediction.h"

/* The matrix, kernels down and objects across, then why of every cell that does not simply load, then totals. */
void predict_report_table(const struct prediction *p, struct buf *out);

/* Every relocation of every cell. */
void predict_report_relocations(const struct prediction *p, struct buf *out);

/* What each object needs, and the first and last kernel where it holds. */
void predict_report_needs(const struct prediction *p, struct buf *out);

/* The document "corematrix-prediction/1"; the caller owns it. */
json_t *predict_report_json(const struct prediction *p);

#endif
