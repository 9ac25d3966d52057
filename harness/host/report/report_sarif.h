/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_sarif: relocations that go wrong, and cells that are not as expected, as SARIF 2.1.0 (OASIS), by which a code
 * host marks the line of the source that fails, with the kernels on which it does. What is alike on several kernels is
 * one result. A relocation of a cell that is as expected is a note; otherwise it is an error.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_SARIF_H
#define COREMATRIX_HOST_REPORT_REPORT_SARIF_H

#include "host/report/report.h"

report_renderer report_sarif;

#endif
