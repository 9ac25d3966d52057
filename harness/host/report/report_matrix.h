/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_matrix: the table of verdicts, kernels down and objects across: the first part of report_table. Pure.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_MATRIX_H
#define COREMATRIX_HOST_REPORT_REPORT_MATRIX_H

#include <stdbool.h>

#include "base/buf.h"
#include "host/result/result_view.h"

/* Append the table, in blocks when it has to be split, and what its marks mean if it has any. */
void report_matrix(const struct result_view *v, bool colour, struct buf *out);

#endif
