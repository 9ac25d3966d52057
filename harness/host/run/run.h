/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run: one run of a matrix, from what is asked for to its directory of results: it prepares what the guests need, has
 * the scheduler run them beside the prediction, and writes the reports. Called by cmd_run alone, which has read the
 * command line; what a verdict is worth is result's business.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_H
#define COREMATRIX_HOST_RUN_RUN_H

#include <stdbool.h>

#include "base/error.h"
#include "host/lib/strings.h"
#include "host/result/result.h"

/* The host gives a cell a minute (vm.h), of which unpacking and stopping need some. */
#define LOADER_SECONDS_MAX 45

/* All borrowed. */
struct run_request {
	int argc; /* of the command, for the results */
	char **argv;
	const char *list_path;
	struct strings globs; /* ids of the list, as patterns; none: all of it */
	const char *images;   /* the store */
	const char *output;   /* the run gets a directory of its own in it */
	const char *accel;    /* "auto", "kvm" or "tcg" */
	char **args;          /* paths of objects, or the arguments of `loader` */
	size_t arg_count;
	const char *loader;      /* a program of the user's, NULL: none */
	bool after_dashes;       /* the arguments follow a `--` */
	struct strings ship;     /* files that `loader` needs */
	unsigned loader_seconds; /* 0: the default */
	const char *btf;         /* directory of BTF from outside, NULL: none */
	unsigned part, parts;    /* parts 0: the whole list */
	bool plan_only;          /* print the plan and stop */
	bool frozen, cold;
	unsigned jobs;         /* 0: as many as fit */
	unsigned repeat;       /* how often, at least 1 */
	enum evidence require; /* less of it is unexpected; EVIDENCE_UNKNOWN: none is required */
	const char *summary;   /* a file to append the matrix to, as Markdown; NULL: none */
};

/*
 * Do it: fills `r`, writes the directory of results, prints the table. Returns 0 when every kernel was seen to its end,
 * whatever the verdicts, or a negative errno; after an interruption what was measured is in the reports all the same.
 */
int run_matrix(const struct run_request *o, struct result *r, struct error *err);

#endif
