/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_diff: what changed between two releases, for people. Kernels on which the same thing changed share a line:
 *
 *   worse:
 *     blk: was pass, now rejected:relocation on 6.1 and later
 *         failed to resolve CO-RE relocation <byte_off> [9] struct request.rq_disk (0:15 @ offset 104)
 *     blk: relocation 6, `struct request.rq_disk` (byte_off in on_issue): was guarded, now fatal on 6.1 and later
 *
 * It sees nothing but a diff and prints nothing itself.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_DIFF_H
#define COREMATRIX_HOST_REPORT_REPORT_DIFF_H

#include "host/result/diff.h"

/* One line when nothing differs. The order of `d`'s findings changes. The caller frees the text. */
char *report_diff(struct diff *d);

#endif
