/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_timing: where the time of a run went: the phases of each kernel's VM, and what each object cost. It sees
 * nothing but a result and prints nothing itself.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_TIMING_H
#define COREMATRIX_HOST_REPORT_REPORT_TIMING_H

#include "host/result/result.h"

/* Render `r`. A phase that was not reached shows as `-`. Returns the text, the caller's to free. */
char *report_timing(const struct result *r);

#endif
