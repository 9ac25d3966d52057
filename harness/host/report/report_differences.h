/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_differences: what differs between the builds of each object of a run, the versions of libbpf that loaded it
 * and its variants (facet_view.h), as tables of Markdown for a page. The same result gives the same text.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_DIFFERENCES_H
#define COREMATRIX_HOST_REPORT_REPORT_DIFFERENCES_H

#include "host/report/report.h"

/* What the run has none of is left out; a run without any is told to have none. */
report_renderer report_differences;

#endif
