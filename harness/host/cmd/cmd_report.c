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
#include "host/report/report_mechanisms.h"
#include "host/report/report_table.h"
#include "host/report/report_timing.h"
#include "host/result/result_json.h"

struct options {
	const char *dir;
	bool timing;
	bool mechanisms;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 't':
		o->timing = true;
		return 0;
	case 'm':
		o->mechanisms = true;
		return 0;
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

static const struct argp_option option_table[] = {
        {"timing", 't', NULL, 0, "Show where the time went instead of the matrix", 0},
        {"mechanisms", 'm', NULL, 0, "Show what the objects show, as Markdown, instead of the matrix", 0},
        {0},
};

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "DIR",
        .doc = "Render matrix.txt and junit.xml of a run again from DIR/results.json, and print the matrix.\vExit status: what the run deserved (0 as expected, 1 worse, 3 not measured or incomplete, 4 the harness contradicts itself), or 2 when DIR holds no readable result.",
};

static char *text_of(const struct result *r, const struct options *o)
{
	struct buf out = {0};

	if (o->timing)
		return report_timing(r);
	if (!o->mechanisms)
		return report_table(r, terminal_takes_colour(STDOUT_FILENO));
	report_mechanisms(r, &out);
	return buf_steal(&out);
}

int cmd_report(int argc, char **argv)
{
	struct options o = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL, *text = NULL;
	struct result *r = NULL;
	int status, write_status = 0;

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	path = xasprintf("%s/%s", o.dir, RESULT_JSON_NAME);
	if (result_json_read(path, &r, &err))
		return command_fail(&err);
	text = text_of(r, &o);
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
		perror("corematrix: cannot write the report to standard output");
		write_status = EXIT_INFRA;
	}
	/* the person reading has the report even when the directory cannot be written */
	if (report_render(r, o.dir, &err))
		write_status = command_fail(&err);
	status = (int)result_exit_status(r);
	result_free(r);
	return status > write_status ? status : write_status;
}
