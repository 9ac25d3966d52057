/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_mechanisms: what the objects of a run show, as two tables of Markdown for a README: those that do their job,
 * with the kernels on which they do and what one sees where they do not; and the controls, with what they are caught
 * as. Only objects whose ini names a `mechanism` are in them. It sees nothing but a result.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_MECHANISMS_H
#define COREMATRIX_HOST_REPORT_REPORT_MECHANISMS_H

#include <stdbool.h>

#include "base/buf.h"
#include "host/result/result.h"

/* Append both tables; one that has no rows is left out. The same result gives the same text, whatever ids and times
 * were measured.
 */
void report_mechanisms(const struct result *r, struct buf *out);

/*
 * Append a set of kernels in words, `in` telling for each kernel of `r` whether it is in the set: "all 18", "6.1 and
 * later", "5.10, 6.1-rt". Kernels of one version stand for it when all of them are in.
 */
void report_mechanisms_kernels(const struct result *r, const bool *in, struct buf *out);

#endif
