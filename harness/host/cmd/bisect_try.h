/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_try: one object on one kernel, measured by a `corematrix run` of its own, and what makes two such measurements
 * different. Used by cmd_bisect alone.
 */
#ifndef COREMATRIX_HOST_CMD_BISECT_TRY_H
#define COREMATRIX_HOST_CMD_BISECT_TRY_H

#include <stdbool.h>

#include "base/error.h"
#include "host/lib/strings.h"

/* What was measured; strings are owned, NULL before. */
struct bisect_try {
	char *verdict;     /* "pass", "rejected:relocation" */
	char *relocations; /* outcome of each, as far as it says more than where a field is */
	char *reason;
	bool infra; /* not measured */
};

/*
 * Measure `object` on the kernel `release`. `options` are handed to the run; results go below `directory`.
 * Returns 0 also for infra; an error when the run could not be made or contradicted itself (exit status 4).
 */
int bisect_try_run(const char *release, const char *object, const struct strings *options, const char *directory,
                   struct bisect_try *t, struct error *err);
void bisect_try_free(struct bisect_try *t);

#endif
