/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/cmd/command.h"
#include "host/report/report_support.h"
#include "host/result/baseline_file.h"
#include "host/result/result_json.h"
#include "host/result/support.h"

struct options {
	const char *path, *object;
	bool badge;
};

enum { OPTION_BADGE = 256, OPTION_OBJECT };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPTION_BADGE:
		o->badge = true;
		return 0;
	case OPTION_OBJECT:
		o->object = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "\"%s\" is one argument too many", arg);
		o->path = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
        {"badge", OPTION_BADGE, NULL, 0, "a badge in place of the table, as JSON for shields.io", 0},
        {"object", OPTION_OBJECT, "GLOB", 0, "only objects whose name matches", 0},
        {0},
};

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "[RUN|BASELINES]",
        .doc = "Tell from which kernel on each object and program is proven to do its job, by which fallback, and where not and why, as Markdown to publish. RUN is the directory of a run (results/latest) or a results.json; BASELINES a baseline or a directory of them, which know less: neither causes in words nor what single programs prove.\vExit status: 0 told, 2 it cannot be read, 3 not everything was measured.",
};

/* A run knows more than what baselines keep of it. */
static char *run_path(const char *path)
{
	cleanup_free char *json = xasprintf("%s/%s", path, RESULT_JSON_NAME);
	size_t len = strlen(path), ending = strlen(".json");

	if (!access(json, F_OK))
		return steal_ptr(json);
	return len > ending && !strcmp(path + len - ending, ".json") ? xstrdup(path) : NULL;
}

static bool is_incomplete(const struct support *s)
{
	for (size_t i = 0; i < s->subject_count; i++)
		for (size_t k = 0; k < s->kernel_count; k++)
			if (s->subjects[i].at[k].state == SUPPORT_UNMEASURED)
				return true;
	return false;
}

/* Print what the options ask for. Returns the status to end with. */
static int tell(const struct options *o, struct support *s, const struct result_view *v, struct error *err)
{
	cleanup_buf struct buf text = {0};

	if (!support_select(s, o->object ? o->object : "*")) {
		error_usage(err, "%s: has no object%s%s", o->path, o->object ? " whose name matches " : " but controls",
		            o->object ? o->object : "");
		return command_fail(err);
	}
	if (o->badge)
		report_support_badge(s, &text);
	else
		report_support(s, v, &text);
	if (fputs(buf_str(&text), stdout) == EOF || fflush(stdout) == EOF) {
		perror("corematrix: cannot write to standard output");
		return EXIT_INFRA;
	}
	return is_incomplete(s) ? EXIT_INFRA : EXIT_AS_EXPECTED;
}

static int tell_run(const struct options *o, const char *path, struct error *err)
{
	cleanup_support struct support s = {0};
	struct result_view *view;
	struct result *r = NULL;
	int status;

	if (result_json_read(path, &r, err))
		return command_fail(err);
	view = result_view_new(r);
	support_take_run(view, &s);
	status = tell(o, &s, view, err);
	result_view_free(view);
	result_free(r);
	return status;
}

int cmd_support(int argc, char **argv)
{
	struct options o = {.path = "results/latest"};
	cleanup_error struct error err = {0};
	cleanup_baseline struct baseline b = {0};
	cleanup_support struct support s = {0};
	cleanup_free char *run = NULL;

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	run = run_path(o.path);
	if (run)
		return tell_run(&o, run, &err);
	if (baseline_file_read(o.path, NULL, &b, &err))
		return command_fail(&err);
	support_take_baselines(&b, &s);
	return tell(&o, &s, NULL, &err);
}
