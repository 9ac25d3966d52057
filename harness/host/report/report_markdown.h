/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_markdown: the matrix for the summary of a CI job, as GitHub renders it ($GITHUB_STEP_SUMMARY): a table of
 * verdicts, then what is not as expected, once with its kernels, its reason, what to do and a command that reproduces
 * it. Kernels go down and objects across, or the other way round when those are more. What a guest wrote cannot become
 * markup.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_MARKDOWN_H
#define COREMATRIX_HOST_REPORT_REPORT_MARKDOWN_H

#include "host/report/report.h"

report_renderer report_markdown;

#endif
