/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_mechanisms: what the objects of a run show, as two tables of Markdown for a README: those that do their job,
 * with the kernels on which they do and what one sees where they do not; and the controls, with what they are caught
 * as. Only objects whose ini names a `mechanism` are in them.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_MECHANISMS_H
#define COREMATRIX_HOST_REPORT_REPORT_MECHANISMS_H

#include "host/report/report.h"

/* A table without rows is left out. The same result gives the same text, whatever pids and times were measured. */
report_renderer report_mechanisms;

#endif
