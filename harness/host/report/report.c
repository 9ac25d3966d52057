/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/page/page.h"
#include "host/report/report_cost.h"
#include "host/report/report_csv.h"
#include "host/report/report_differences.h"
#include "host/report/report_junit.h"
#include "host/report/report_kinds.h"
#include "host/report/report_markdown.h"
#include "host/report/report_mechanisms.h"
#include "host/report/report_sarif.h"
#include "host/report/report_table.h"
#include "host/report/report_timing.h"

const struct report report_list[] = {
        {.render = report_table, .file = "matrix.txt"},
        {.render = report_junit, .file = "junit.xml"},
        {.render = report_page, .file = "index.html"},
        {.render = report_markdown},
        {.render = report_timing,
         .option = "timing",
         .letter = 't',
         .about = "Show where the time went instead of the matrix"},
        {.render = report_mechanisms,
         .option = "mechanisms",
         .letter = 'm',
         .about = "Show what the objects show, as Markdown, instead of the matrix"},
        {.render = report_kinds,
         .option = "kinds",
         .letter = 'k',
         .about = "Show which kinds of programs the objects prove, as Markdown, instead of the matrix"},
        {.render = report_cost,
         .option = "cost",
         .letter = 'c',
         .about = "Show what loading each program costs the verifier, the dearest first, instead of the matrix"},
        {.render = report_cost_csv,
         .option = "cost-csv",
         .about = "Show the same of every program on every kernel, as CSV"},
        {.render = report_csv, .option = "csv", .about = "Show a line for each cell, as CSV"},
        {.render = report_sarif,
         .option = "sarif",
         .about = "Show relocations that go wrong and cells that are not as expected, as SARIF for a code host"},
        {.render = report_differences,
         .option = "differences",
         .letter = 'd',
         .about = "Show what differs between builds, versions of libbpf and variants, as Markdown"},
        {.render = NULL},
};

static int write_one(const struct report *report, const struct result_view *v, const char *dir, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, report->file);
	cleanup_buf struct buf text = {0};
	int rc = report->render(v, false, &text);

	if (rc)
		return error_set(err, -rc, "cannot write %s: %s", path, strerror(-rc));
	return io_replace_file(path, buf_str(&text), text.len, err);
}

int report_write(const struct result_view *v, const char *dir, struct error *err)
{
	int rc = 0;

	for (const struct report *report = report_list; report->render && !rc; report++)
		rc = report->file ? write_one(report, v, dir, err) : 0;
	return rc;
}

int report_append(report_renderer *render, const struct result_view *v, const char *path, struct error *err)
{
	cleanup_close int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	cleanup_buf struct buf text = {0};
	int rc = fd < 0 ? -errno : render(v, false, &text);

	rc = rc ? rc : io_write_all(fd, text.data, text.len);
	return rc ? error_set(err, -rc, "%s: cannot append the summary: %s", path, strerror(-rc)) : 0;
}
