/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "host/cmd/command.h"
#include "host/report/report_diff.h"
#include "host/result/baseline_file.h"
#include "host/result/baseline_text.h"

struct options {
	const char *paths[2];
	unsigned count;
	unsigned wanted;
	const char *dir;
	double cost_tolerance;
};

/* "25" and "25%" are the same. */
static void take_tolerance(struct options *o, const char *arg, struct argp_state *state)
{
	char *end;
	double percent = strtod(arg, &end);

	if (end == arg || (*end && strcmp(end, "%")) || !(percent >= 0 && percent <= 1e6))
		argp_error(state, "\"%s\" is no tolerance; give a share in percent, such as 25%%", arg);
	o->cost_tolerance = percent / 100;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->dir = arg;
		return 0;
	case 'c':
		take_tolerance(o, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (o->count == o->wanted)
			argp_error(state, "\"%s\" is one argument too many", arg);
		o->paths[o->count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->count < o->wanted)
			argp_error(state, "%s",
			           o->wanted == 2 ? "name OLD and NEW, for example results/baselines results/latest"
			                          : "name the RUN to take, for example results/latest");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option diff_options[] = {
        {"cost-tolerance", 'c', "PERCENT", 0,
         "what a program may cost the verifier more than it did before it is worse (25%)", 0},
        {0},
};

static const struct argp diff_argp = {
        .options = diff_options,
        .parser = parse_option,
        .args_doc = "OLD NEW",
        .doc = "Tell what changed from OLD to NEW, per kernel and object, down to the relocation. Each is the directory of a run, a results.json, a baseline file, or a directory of baselines; of the latter as OLD, those of NEW's objects are read.\v"
               "Exit status: 0 nothing is worse, 1 something is, 2 OLD or NEW cannot be read, 3 NEW did not measure everything.",
};

static const struct argp_option baseline_options[] = {
        {"output", 'o', "DIR", 0, "where baselines go, one file an object (" BASELINE_DEFAULT_DIR ")", 0},
        {0},
};

static const struct argp baseline_argp = {
        .options = baseline_options,
        .parser = parse_option,
        .args_doc = "RUN",
        .doc = "Store what RUN (the directory of a run, or its results.json) found of each object as DIR/NAME" BASELINE_ENDING
               ": stable text to commit and review.\vExit status: 0 stored, 2 RUN cannot be read, 3 RUN did not measure everything, or DIR cannot be written.",
};

static int say(const char *text)
{
	if (fputs(text, stdout) != EOF && fflush(stdout) != EOF)
		return 0;
	perror("corematrix: cannot write to standard output");
	return EXIT_INFRA;
}

int cmd_diff(int argc, char **argv)
{
	struct options o = {.wanted = 2, .cost_tolerance = DIFF_COST_TOLERANCE};
	cleanup_error struct error err = {0};
	cleanup_baseline struct baseline old = {0}, new = {0};
	cleanup_diff struct diff d = {0};
	cleanup_free char *text = NULL;
	int status, written;

	if (command_parse(&diff_argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	if (baseline_file_read(o.paths[1], NULL, &new, &err) || baseline_file_read(o.paths[0], &new, &old, &err))
		return command_fail(&err);
	diff_take(&old, &new, o.cost_tolerance, &d);
	text = report_diff(&d);
	written = say(text);
	status = (int)diff_exit_status(&d);
	return written > status ? written : status;
}

int cmd_baseline(int argc, char **argv)
{
	struct options o = {.wanted = 1, .dir = BASELINE_DEFAULT_DIR};
	cleanup_error struct error err = {0};
	cleanup_baseline struct baseline b = {0};
	cleanup_buf struct buf text = {0};
	cleanup_free bool *changed = NULL;

	if (command_parse(&baseline_argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	if (baseline_file_read(o.paths[0], NULL, &b, &err))
		return command_fail(&err);
	changed = xcalloc(b.object_count + 1, sizeof(*changed));
	if (baseline_file_write(&b, o.dir, changed, &err))
		return command_fail(&err);
	for (size_t i = 0; i < b.object_count; i++)
		buf_printf(&text, "%s/%s" BASELINE_ENDING ": %s\n", o.dir, b.objects[i].name,
		           changed[i] ? "stored; review and commit it" : "unchanged");
	return say(buf_str(&text));
}
