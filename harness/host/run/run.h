/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run: one run of a matrix, from what is asked for to its result: it prepares what the guests need, has the scheduler
 * run them beside the prediction, and writes the run's directory. It prints nothing: what happens meanwhile is told to
 * the request's watch. What a verdict is worth is result's business.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_H
#define COREMATRIX_HOST_RUN_RUN_H

#include <stdbool.h>

#include "base/error.h"
#include "host/lib/strings.h"
#include "host/result/result.h"
#include "host/run/watch.h"

/* The agent gives a cell two minutes, of which waiting for a whole round of workloads and stopping need some. */
#define LOADER_SECONDS_MAX 75

/* All borrowed. */
struct run_request {
	int argc; /* of the command, for the results */
	char **argv;
	const char *list_path;
	struct strings globs;  /* ids of the list, as patterns; none: all of it */
	const char *images;    /* the store */
	const char *output;    /* the run gets a directory of its own in it */
	const char *directory; /* instead: the directory of this run, which is made; NULL: none */
	const char *
	        libbpf; /* what this program's libbpf is called: objects are NAME@LIBBPF; NULL: they keep their names */
	const char *variant;   /* which of the objects' variants, as a pattern (object_variants.h); NULL: all */
	const char *accel;     /* "auto", "kvm" or "tcg" */
	struct strings builds; /* of objects, beside `args`: LABEL=PATH (object_builds.h) */
	char **args;           /* paths of objects, or the arguments of `loader` */
	size_t arg_count;
	const char *loader;      /* a program of the user's, NULL: none */
	bool after_dashes;       /* the arguments follow a `--` */
	struct strings ship;     /* files of user space that come along (shipped.h) */
	const char *sysroot;     /* a directory that libraries of both come from; NULL: this system's */
	unsigned loader_seconds; /* 0: the default */
	const char *btf;         /* directory of BTF from outside, NULL: none */
	unsigned part, parts;    /* parts 0: the whole matrix */
	enum result_cut cut;     /* what parts have some of */
	bool frozen, cold;
	bool unpinned;             /* what rows mean is neither looked up in kernels.lock nor kept there */
	bool quiet;                /* nothing is said of kernels that are fetched */
	unsigned jobs;             /* 0: as many as fit */
	unsigned repeat;           /* how often, at least 1 */
	bool top_lines;            /* have guests tell on which lines of the source the verifier spends most */
	const char *reuse;         /* directory of cells of earlier runs (reuse.h); NULL: all are measured */
	unsigned reuse_max_days;   /* how old these may be; 0: of any age */
	bool write_ini;            /* put what was learnt into the inis of the objects */
	enum evidence require;     /* less of it is unexpected; EVIDENCE_UNKNOWN: none is required */
	const struct watch *watch; /* NULL: nobody watches */
};

/*
 * Do it: fills `r` and writes the directory of results, with the reports that belong in it. Returns 0 when every kernel
 * was seen to its end, whatever the verdicts, or a negative errno. `*directory` is the caller's; it is NULL when
 * nothing was run. After an interruption (-EINTR) what was measured is in `r` and in the directory all the same.
 */
int run_matrix(const struct run_request *o, struct result *r, char **directory, struct error *err);

/* What it would run, and in which order, as text for people; the caller frees it. Nothing is fetched. */
int run_describe(const struct run_request *o, char **text, struct error *err);

#endif
