/* SPDX-License-Identifier: BSD-2-Clause */
/* report_csv: a line for each cell, for spreadsheets and databases; columns are added at the end, and none is renamed.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_CSV_H
#define COREMATRIX_HOST_REPORT_REPORT_CSV_H

#include "host/report/report.h"

/* A cell that was not run has the verdict "not run". */
report_renderer report_csv;

#endif
