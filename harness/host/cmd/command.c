/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/object/object_builds.h"

static void add_builds(const char *directory, const struct argp_state *state, struct strings *builds)
{
	cleanup_error struct error err = {0};

	if (object_builds_find(directory, builds, &err))
		argp_error(state, "%s", err.text);
}

error_t command_option(int key, char *arg, struct argp_state *state, struct command_options *o)
{
	switch (key) {
	case 'k':
		o->list_path = arg;
		return 0;
	case 'K':
		strings_add(&o->globs, arg);
		return 0;
	case 'i':
		o->images = arg;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case 'a':
		if (strcmp(arg, "auto") && strcmp(arg, "kvm") && strcmp(arg, "tcg"))
			argp_error(state, "--accel %s: auto, kvm or tcg", arg);
		o->accel = arg;
		return 0;
	case COMMAND_BUILD:
		strings_add(&o->builds, arg);
		return 0;
	case COMMAND_BUILDS:
		add_builds(arg, state, &o->builds);
		return 0;
	case COMMAND_VARIANT:
		o->variant = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->args = state->argv + state->next;
		o->arg_count = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

unsigned command_number(const char *option, const char *arg, const char *what, unsigned max, struct argp_state *state)
{
	char *end;
	long n = strtol(arg, &end, 10);

	if (*end || n < 1 || n > (long)max)
		argp_error(state, "%s %s: %s from 1 to %u", option, arg, what, max);
	return (unsigned)n;
}

int command_parse(const struct argp *argp, unsigned flags, int argc, char **argv, void *input)
{
	cleanup_free char *name = xasprintf("corematrix %s", argv[0]);
	char *word = argv[0];
	int rc;

	argp_err_exit_status = EXIT_USAGE;
	argv[0] = name;
	rc = argp_parse(argp, argc, argv, flags, NULL, input);
	argv[0] = word;
	return rc ? EXIT_USAGE : 0;
}

int command_fail(const struct error *err)
{
	fprintf(stderr, "corematrix: %s\n", err->text);
	return (int)err->status;
}
