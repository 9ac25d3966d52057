/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_timing: where the time of a run went: the phases of each kernel's VM, and what each object cost. A phase
 * that was not reached shows as `-`.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_TIMING_H
#define COREMATRIX_HOST_REPORT_REPORT_TIMING_H

#include "host/report/report.h"

report_renderer report_timing;

#endif
