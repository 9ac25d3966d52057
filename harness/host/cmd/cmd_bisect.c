/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_bisect.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/bisect/bisect.h"
#include "host/bisect/bisect_text.h"
#include "host/cmd/command.h"
#include "host/cmd/progress.h"
#include "host/object/variant_section.h"

struct options {
	struct command_options common;
	const char *good, *bad; /* an id of the list, or a release */
	const char *variant;    /* of the object's ini */
	size_t probes;
};

/* Options without a letter. */
enum { OPTION_VARIANT = 256 };

/* One in the middle of each side of the change, as a rule. */
#define DEFAULT_PROBES 2

static const struct argp_option option_table[] = {
        {"good", 'g', "KERNEL", 0, "where the object does as it should: an id of the list, or a release", 0},
        {"bad", 'b', "KERNEL", 0, "where it does not", 0},
        {"probes", 'p', "N|all", 0, "how many releases to try beyond those, for what appeared need not stay (2)", 0},
        {"variant", OPTION_VARIANT, "NAME", 0, "a variant of the object's ini, in place of the plain one", 0},
        COMMAND_ROW_LIST,
        COMMAND_ROW_IMAGES,
        {"output", 'o', "DIR", 0, "where results go, one directory a bisection (results)", 0},
        COMMAND_ROW_ACCEL,
        {0},
};

static error_t parse_probes(const char *text, struct argp_state *state, size_t *probes)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!strcmp(text, "all")) {
		*probes = SIZE_MAX;
	} else if (*text < '0' || *text > '9' || *end || n > 1000000) {
		argp_error(state, "--probes=%s: expected a number, or all", text);
	} else {
		*probes = n;
	}
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'g':
		o->good = arg;
		return 0;
	case 'b':
		o->bad = arg;
		return 0;
	case OPTION_VARIANT:
		o->variant = arg;
		return 0;
	case 'p':
		return parse_probes(arg, state, &o->probes);
	case ARGP_KEY_END:
		if (o->common.arg_count > 1)
			argp_error(state, "%s: one object at a time", o->common.args[1]);
		if (!o->common.arg_count || !o->good || !o->bad)
			argp_error(state, "give an object, --good KERNEL and --bad KERNEL");
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT",
        .doc = "Find the first kernel after a good one on which an object behaves differently: fetch and boot releases between the two until neighbours are known, and say what differs between their types. The good one may be the newer one.\vKernels differ when the verdicts do, or, where the verdicts of the two ends are equal, when a "
               "relocation is resolved on one only. What appeared need not stay: some more are tried where a change could have come and gone, and where they show one, that is found too.",
};

static int bisect(const struct bisect_request *o, struct error *err)
{
	struct bisect b __attribute__((cleanup(bisect_free))) = {0};
	cleanup_buf struct buf text = {0};
	cleanup_free char *path = NULL;
	int rc = bisect_run(o, &b, err);

	progress_clear();
	if (rc)
		return rc;
	rc = bisect_text(o, &b, &text, err);
	fputs(buf_str(&text), stdout);
	path = xasprintf("%s/bisect.txt", b.directory);
	rc = rc ? rc : io_replace_file(path, buf_str(&text), text.len, err);
	if (!rc)
		printf("results: %s\n", path);
	return rc;
}

int cmd_bisect(int argc, char **argv)
{
	struct options o = {
	        .common = {COMMAND_DEFAULTS, .output = "results"}, .variant = VARIANT_PLAIN, .probes = DEFAULT_PROBES};
	cleanup_error struct error err = {0};
	struct bisect_request request = {.argc = argc, .argv = argv, .watch = &progress_watch};

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	request.list_path = o.common.list_path;
	request.images = o.common.images;
	request.output = o.common.output;
	request.accel = o.common.accel;
	request.object = o.common.args[0];
	request.variant = o.variant;
	request.good = o.good;
	request.bad = o.bad;
	request.probes = o.probes;
	return bisect(&request, &err) ? command_fail(&err) : EXIT_AS_EXPECTED;
}
