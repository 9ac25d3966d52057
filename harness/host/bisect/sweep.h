/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep: objects on every point release of some series of kernels, without measuring all of them: the ends first, then
 * where two differ the one in the middle, until each difference lies between neighbours. A kernel is in the store only
 * while it is measured; its types, configuration and names of functions stay. It prints nothing; what it finds on its
 * way is told to the request's watch.
 */
#ifndef COREMATRIX_HOST_BISECT_SWEEP_H
#define COREMATRIX_HOST_BISECT_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/bisect/sweep_pick.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/strings.h"
#include "host/run/watch.h"

/* All borrowed. */
struct sweep_request {
	int argc; /* of the command, for the results */
	char **argv;
	struct strings rows;   /* which kernels, each as a row of a list: "6.12 * cloud" */
	const char *list_path; /* without any: those of this list that stand for several kernels */
	const char *images;    /* the store */
	const char *output;    /* the sweep gets a directory of its own in it */
	const char *accel;     /* "auto", "kvm" or "tcg" */
	char **args;           /* paths of objects */
	size_t arg_count;
	bool all; /* measure every kernel */
	const struct watch *watch;
};

/* One kernel: what each object came to, in the order of `sweep.objects`; NULL before it was measured. */
struct sweep_kernel {
	char **verdicts; /* "pass", "rejected:relocation" */
	char **reasons;
	char **relocations; /* outcome of each, as far as it says more than where a field is */
};

/* Kernels that follow each other: those of one row. */
struct sweep_series {
	char *id;
	size_t first, count;
};

struct sweep {
	struct kernel_list list; /* the kernels, a row each, series after series, by version */
	struct sweep_series *series;
	size_t series_count;
	struct strings objects; /* names; empty before the first measurement */
	int *kinds;             /* of each kernel (sweep_pick.h) */
	struct sweep_kernel *kernels;
	size_t measured, runs;
	uint64_t most_bytes; /* what the kernels of one step took in the store, at most */
	double seconds;
	enum exit_status status; /* the highest of the exit statuses of its runs */
	char *directory;         /* types/ and one directory a run */
};

/* Do it. Returns 0 or a negative errno; free with sweep_free either way. */
int sweep_run(const struct sweep_request *o, struct sweep *s, struct error *err);
void sweep_free(struct sweep *s);

/* What it found, for people; the caller frees it. */
char *sweep_text(const struct sweep *s);

#endif
