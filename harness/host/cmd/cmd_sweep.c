/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_sweep.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/bisect/sweep.h"
#include "host/cmd/command.h"
#include "host/cmd/progress.h"

struct options {
	struct command_options common;
	struct strings rows;
	bool all;
};

/* Options without a letter. */
enum { OPTION_ALL = 256 };

static const struct argp_option option_table[] = {
        {"rows", 'r', "WORDS", 0,
         "which kernels, as a row of the list: `6.12 * cloud`, `* rt`, `6.12.40..6.12.90 cloud`; may be repeated "
         "(the rows of the list that stand for several)",
         0},
        {"all", OPTION_ALL, NULL, 0, "measure every one of them", 0},
        COMMAND_ROW_LIST,
        COMMAND_ROW_IMAGES,
        {"output", 'o', "DIR", 0, "where results go, one directory a sweep (results)", 0},
        COMMAND_ROW_ACCEL,
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'r':
		strings_add(&o->rows, arg);
		return 0;
	case OPTION_ALL:
		o->all = true;
		return 0;
	case ARGP_KEY_END:
		if (!o->common.arg_count)
			argp_error(state, "no object given");
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Tell what objects do on every point release of a series of kernels, without measuring all of them: both "
               "ends first, then, where two of them differ, the one in the middle, until each difference lies between "
               "neighbours.\vKernels differ when a verdict does, or what became of a relocation. A kernel is in the "
               "store only while it is measured, unless it was there before or a row of a list means it; its types, "
               "configuration and names of functions stay with the results.",
};

static int sweep(const struct sweep_request *o, enum exit_status *status, struct error *err)
{
	struct sweep s __attribute__((cleanup(sweep_free))) = {0};
	cleanup_free char *text = NULL, *path = NULL;
	int rc = sweep_run(o, &s, err);

	progress_clear();
	if (rc)
		return rc;
	text = sweep_text(&s);
	fputs(text, stdout);
	path = xasprintf("%s/sweep.txt", s.directory);
	rc = io_replace_file(path, text, strlen(text), err);
	if (!rc)
		printf("results: %s\n", path);
	*status = s.status;
	return rc;
}

int cmd_sweep(int argc, char **argv)
{
	struct options o = {.common = {COMMAND_DEFAULTS, .output = "results"}};
	cleanup_error struct error err = {0};
	struct sweep_request request = {.argc = argc, .argv = argv, .watch = &progress_watch};
	enum exit_status status = EXIT_AS_EXPECTED;
	int rc;

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	request.rows = o.rows;
	request.list_path = o.common.list_path;
	request.images = o.common.images;
	request.output = o.common.output;
	request.accel = o.common.accel;
	request.args = o.common.args;
	request.arg_count = o.common.arg_count;
	request.all = o.all;
	rc = sweep(&request, &status, &err);
	strings_free(&o.rows);
	return rc ? command_fail(&err) : (int)status;
}
