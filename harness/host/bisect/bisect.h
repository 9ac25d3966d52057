/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect: the first kernel after a good one on which an object behaves differently: releases between two kernels are
 * fetched and measured, one at a time, until two neighbours are known; some more tell whether it stays so. It prints
 * nothing; what it finds on its way is told to the request's watch.
 */
#ifndef COREMATRIX_HOST_BISECT_BISECT_H
#define COREMATRIX_HOST_BISECT_BISECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/bisect/bisect_search.h"
#include "host/bisect/bisect_try.h"
#include "host/lib/strings.h"
#include "host/run/watch.h"

/* All borrowed. */
struct bisect_request {
	int argc; /* of the command, for the results */
	char **argv;
	const char *list_path, *images;
	const char *output;     /* the bisection gets a directory of its own in it */
	const char *accel;      /* "auto", "kvm" or "tcg" */
	char *object;           /* path */
	const char *variant;    /* of its ini (object_variants.h) */
	const char *good, *bad; /* an id of the list, or a release */
	size_t probes;          /* how many to try beyond what the first change needs (bisect_search.h) */
	const struct watch *watch;
};

struct bisect {
	struct strings releases; /* from the good one to the bad one */
	enum bisect_state *states;
	struct bisect_try *tries;
	bool by_relocations;           /* the verdicts of both ends are equal */
	size_t good, bad;              /* the neighbours: last good one, first bad one */
	struct bisect_change *changes; /* those two, and where it changed again */
	size_t change_count;
	char *directory;
};

/*
 * Find the neighbours. Kernels differ when the verdicts do, or, where those of the two ends are equal, when a
 * relocation is resolved on one only. A kernel that cannot be measured is passed over, but for the two ends. Returns 0
 * or a negative errno; free with bisect_free either way.
 */
int bisect_run(const struct bisect_request *o, struct bisect *b, struct error *err);
void bisect_free(struct bisect *b);

#endif
