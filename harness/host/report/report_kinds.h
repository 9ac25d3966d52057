/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_kinds: which kinds of programs the objects of a run prove, as a table of Markdown: for every section that the
 * linked libbpf knows, and every target of an iterator that there was, the objects whose program of that kind had a
 * value or an effect compared with the truth and was right, and the kernels on which one had. Controls prove nothing,
 * and a run without objects has no table.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_KINDS_H
#define COREMATRIX_HOST_REPORT_REPORT_KINDS_H

#include "host/report/report.h"

report_renderer report_kinds;

#endif
