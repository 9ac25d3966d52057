/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_write.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/report/report.h"
#include "host/result/result_json.h"

int run_write(const struct result *r, const char *directory, struct error *err)
{
	cleanup_free char *json = xasprintf("%s/" RESULT_JSON_NAME, directory);
	cleanup_result_view struct result_view *view = NULL;
	int rc = result_json_write(r, json, err);

	view = result_view_new(r);
	return rc ? rc : report_write(view, directory, err);
}
