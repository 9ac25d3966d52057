/* SPDX-License-Identifier: BSD-2-Clause */
/* render: a report of a result as text. For files of harness/tests only. */
#ifndef COREMATRIX_TESTS_RENDER_H
#define COREMATRIX_TESTS_RENDER_H

#include <check.h>

#include "host/report/report.h"

static inline char *render_coloured(report_renderer *report, const struct result *r)
{
	cleanup_result_view struct result_view *view = result_view_new(r);
	struct buf out = {0};

	ck_assert_int_eq(report(view, true, &out), 0);
	return buf_steal(&out);
}

/* The caller frees it. */
static inline char *render(report_renderer *report, const struct result *r)
{
	cleanup_result_view struct result_view *view = result_view_new(r);
	struct buf out = {0};

	ck_assert_int_eq(report(view, false, &out), 0);
	return buf_steal(&out);
}

#endif
