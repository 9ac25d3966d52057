/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_write.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/child.h"
#include "host/report/report.h"
#include "host/result/result_json.h"

struct reports {
	const struct result_view *view;
	const char *directory;
};

static int write_reports(void *ctx, struct error *err)
{
	const struct reports *reports = ctx;

	return report_write(reports->view, reports->directory, err);
}

/* The reports take as long as the result itself: some tenths of a second for thousands of cells. */
int run_write(const struct result *r, const char *directory, struct error *err)
{
	cleanup_free char *json = xasprintf("%s/" RESULT_JSON_NAME, directory);
	cleanup_result_view struct result_view *view = result_view_new(r);
	struct reports reports = {view, directory};
	cleanup_error struct error reports_err = {0};
	struct child_worker worker;
	int rc = child_worker_start(&worker, write_reports, &reports, err), reports_rc;

	if (rc)
		return rc;
	rc = result_json_write(r, json, err);
	reports_rc = child_worker_wait(&worker, &reports_err);
	if (!rc && reports_rc)
		rc = error_set(err, -reports_rc, "%s", reports_err.text);
	return rc;
}
