/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_markdown: the matrix for the summary of a CI job, as GitHub renders it ($GITHUB_STEP_SUMMARY): a table of
 * verdicts, then every cell that is not as expected with its reason, what to do and the command that reproduces it. It
 * sees nothing but a result; what a guest wrote cannot become markup.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_MARKDOWN_H
#define COREMATRIX_HOST_REPORT_REPORT_MARKDOWN_H

#include "base/buf.h"
#include "base/error.h"
#include "host/result/result.h"

/* GitHub refuses a job's summary beyond 1 MiB: after this much, cells are counted and not told of one by one. */
#define REPORT_MARKDOWN_MAX ((size_t)900 << 10)

/* Append the summary of `r` to `out`. Kernels go down and objects across, or the other way round when those are more.
 */
void report_markdown(const struct result *r, struct buf *out);

/* Append the summary to the file at `path`, which other steps of the job may have begun. */
int report_markdown_append(const struct result *r, const char *path, struct error *err);

#endif
