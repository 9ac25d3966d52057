/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_cost: what each program's load costs the verifier, the dearest first: on which kernel most, and what share of
 * that kernel's limit; with a line of figures where kernels differ. As CSV: every program on every kernel.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_COST_H
#define COREMATRIX_HOST_REPORT_REPORT_COST_H

#include "host/report/report.h"

report_renderer report_cost;
report_renderer report_cost_csv;

#endif
