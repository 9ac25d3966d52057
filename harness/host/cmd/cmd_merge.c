/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/cmd/command.h"
#include "host/lib/terminal.h"
#include "host/report/report.h"
#include "host/report/report_markdown.h"
#include "host/result/result_json.h"
#include "host/run/run_merge.h"

struct options {
	const char *output;
	const char *summary; /* a file to append the matrix to, as Markdown; NULL: none */
	const char **parts;
	size_t count;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case 's':
		o->summary = arg;
		return 0;
	case ARGP_KEY_ARG:
		o->parts = xrealloc(o->parts, o->count + 1, sizeof(*o->parts));
		o->parts[o->count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->count)
			argp_error(state,
			           "name the directory of each part's run, for example part-1/latest part-2/latest");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option rows[] = {
        {"output", 'o', "DIR", 0, "where results go, one directory a run (results)", 0},
        {"summary", 's', "FILE", 0, "append the matrix as Markdown, for $GITHUB_STEP_SUMMARY", 0},
        {0},
};

static const struct argp argp = {
        .options = rows,
        .parser = parse_option,
        .args_doc = "PART...",
        .doc = "Make one run of the parts of a matrix (run --part K/N), each the directory of its run, with all that their guests left, and print the matrix.\vExit status: what the whole deserves (0 as expected, 1 worse, 3 not measured, 4 the harness contradicts itself), or 2 when these are not exactly the parts of one matrix.",
};

static int print(const struct result *r, const char *path, const char *summary)
{
	cleanup_result_view struct result_view *view = result_view_new(r);
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};

	if (summary && report_append(report_markdown, view, summary, &err))
		return command_fail(&err);

	if (!report_list->render(view, terminal_takes_colour(STDOUT_FILENO), &text) &&
	    fputs(buf_str(&text), stdout) != EOF && printf("results: %s/" RESULT_JSON_NAME "\n", path) > 0 &&
	    fflush(stdout) != EOF)
		return 0;
	perror("corematrix: cannot write the report to standard output");
	return EXIT_INFRA;
}

int cmd_merge(int argc, char **argv)
{
	struct options o = {.output = "results"};
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;
	struct result *r = result_new();
	int status, written;

	if (command_parse(&argp, 0, argc, argv, &o)) {
		status = EXIT_USAGE;
	} else {
		result_add_word(r, program_invocation_name);
		for (int i = 0; i < argc; i++)
			result_add_word(r, argv[i]);
		if (run_merge(o.parts, o.count, o.output, r, &path, &err)) {
			status = command_fail(&err);
		} else {
			written = print(r, path, o.summary);
			status = (int)result_exit_status(r);
			status = written > status ? written : status;
		}
	}
	free(o.parts);
	result_free(r);
	return status;
}
