/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_run: a whole benchmark: what it needs is prepared, measured, and written to its file. It judges nothing. */
#ifndef COREMATRIX_HOST_BENCH_BENCH_RUN_H
#define COREMATRIX_HOST_BENCH_BENCH_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/bench/bench.h"
#include "host/lib/strings.h"

/* All borrowed. */
struct bench_request {
	const char *list_path;
	struct strings globs; /* ids of the list, as patterns; none: all of it */
	const char *images;   /* the store */
	const char *output;   /* file for the figures; consoles go beside it */
	const char *accel;    /* "auto", "kvm" or "tcg" */
	char **args;          /* paths of objects */
	size_t arg_count;
	unsigned rounds; /* how often each is measured */
};

/*
 * Measure: fills `b` and writes `output`. `*with_vng`: whether virtme-ng is installed, and was measured. Returns 0 or a
 * negative errno; what a guest failed over is in `b`.
 */
int bench_run(const struct bench_request *o, struct bench *b, bool *with_vng, struct error *err);

#endif
