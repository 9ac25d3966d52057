/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_table: the report for people: the matrix of verdicts, then what is unexpected and why, then totals. The same
 * text without colour is matrix.txt. What is so on several kernels is told once, with the command that reproduces it on
 * the first of them.
 *
 *   kernel      release             boot    exec_identity    missing_field
 *   5.10-amd64  5.10.0-33-amd64    1.3 s    pass           = rejected (relocation)
 *
 * A mark stands before a verdict: `=` as expected though no pass, `!` not as expected or not measured.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_TABLE_H
#define COREMATRIX_HOST_REPORT_REPORT_TABLE_H

#include "host/report/report.h"

/* With `colour` verdicts carry ANSI colours. More than 12 objects, or a table wider than 160 columns, are split into
 * blocks. */
report_renderer report_table;

#endif
