/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_lines: the part of the matrix that tells on which lines of the source the verifier spent most, of each
 * object's dearest program on the kernel where it is dearest, as far as guests counted that (run --top-lines).
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_LINES_H
#define COREMATRIX_HOST_REPORT_REPORT_LINES_H

#include "base/buf.h"
#include "host/result/result_view.h"

/* Nothing where nobody counted. */
void report_lines(const struct result_view *v, struct buf *out);

#endif
