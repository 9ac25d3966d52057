/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_support: a statement of support for people to paste where their users read: as Markdown, and as a badge.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_SUPPORT_H
#define COREMATRIX_HOST_REPORT_REPORT_SUPPORT_H

#include "base/buf.h"
#include "host/result/result_view.h"
#include "host/result/support.h"

/*
 * Append a table in Markdown: a row for each object, and for its programs if it has several; where there are kernels of
 * several architectures, one for each of these. `v` is the run that `s` was taken from; NULL: it was baselines.
 */
void report_support(const struct support *s, const struct result_view *v, struct buf *out);

/*
 * Append a badge, as shields.io reads it from an address (its "endpoint" schema, version 1): of one object under its
 * name, of several what holds for all.
 */
void report_support_badge(const struct support *s, struct buf *out);

#endif
