/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/report/report_junit.h"
#include "host/report/report_table.h"

int report_render(const struct result *r, const char *dir, struct error *err)
{
	cleanup_free char *matrix = xasprintf("%s/matrix.txt", dir);
	cleanup_free char *junit = xasprintf("%s/junit.xml", dir);
	cleanup_free char *table = report_table(r, false);
	int rc = io_replace_file(matrix, table, strlen(table), err);

	return rc ? rc : report_junit_write(r, junit, err);
}
