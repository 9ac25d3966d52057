/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/cmd/command.h"
#include "host/lib/terminal.h"
#include "host/report/report.h"
#include "host/result/result_json.h"

struct options {
	const char *dir;
	const struct report *report;
};

/* The option of a report without a letter is its place in the list, beyond all letters. */
#define BEYOND_LETTERS 256

static int key_of(const struct report *report)
{
	return report->letter ? report->letter : BEYOND_LETTERS + (int)(report - report_list);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	for (const struct report *report = report_list; report->render; report++) {
		if (report->option && key == key_of(report)) {
			o->report = report;
			return 0;
		}
	}
	switch (key) {
	case ARGP_KEY_ARG:
		if (o->dir)
			argp_error(state, "one DIR only, but \"%s\" follows \"%s\"", arg, o->dir);
		o->dir = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->dir)
			argp_error(state, "name the DIR of a run, for example results/latest");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A row for each report that has an option; the caller frees it. */
static struct argp_option *option_table(void)
{
	struct argp_option *rows = NULL;
	size_t count = 0;

	for (const struct report *report = report_list; report->render; report++) {
		if (!report->option)
			continue;
		rows = xrealloc(rows, count + 1, sizeof(*rows));
		rows[count++] = (struct argp_option){report->option, key_of(report), NULL, 0, report->about, 0};
	}
	rows = xrealloc(rows, count + 1, sizeof(*rows));
	rows[count] = (struct argp_option){0};
	return rows;
}

int cmd_report(int argc, char **argv)
{
	cleanup_free struct argp_option *rows = option_table();
	const struct argp argp = {
	        .options = rows,
	        .parser = parse_option,
	        .args_doc = "DIR",
	        .doc = "Render matrix.txt and junit.xml of a run again from DIR/results.json, and print the matrix.\vExit status: what the run deserved (0 as expected, 1 worse, 3 not measured or incomplete, 4 the harness contradicts itself), or 2 when DIR holds no readable result.",
	};
	struct options o = {.report = report_list};
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;
	cleanup_result_view struct result_view *view = NULL;
	cleanup_buf struct buf text = {0};
	struct result *r = NULL;
	int status, write_status = 0;

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	path = xasprintf("%s/%s", o.dir, RESULT_JSON_NAME);
	if (result_json_read(path, &r, &err))
		return command_fail(&err);
	view = result_view_new(r);
	if (o.report->render(view, terminal_takes_colour(STDOUT_FILENO), &text) ||
	    fputs(buf_str(&text), stdout) == EOF || fflush(stdout) == EOF) {
		perror("corematrix: cannot write the report to standard output");
		write_status = EXIT_INFRA;
	}
	/* the person reading has the report even when the directory cannot be written */
	if (report_write(view, o.dir, &err))
		write_status = command_fail(&err);
	status = (int)result_exit_status(r);
	result_view_free(steal_ptr(view));
	result_free(r);
	return status > write_status ? status : write_status;
}
