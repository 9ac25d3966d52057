/* SPDX-License-Identifier: BSD-2-Clause */
/* bisect_try: one object on one kernel, measured by a run of its own, and whether two such measurements differ. */
#ifndef COREMATRIX_HOST_BISECT_BISECT_TRY_H
#define COREMATRIX_HOST_BISECT_BISECT_TRY_H

#include <stdbool.h>

#include "base/error.h"
#include "host/result/result.h"
#include "host/run/run.h"

/* What was measured; strings are owned, NULL before. */
struct bisect_try {
	char *verdict;     /* "pass", "rejected:relocation" */
	char *relocations; /* outcome of each, as far as it says more than where a field is */
	char *reason;
	bool infra; /* not measured */
};

/*
 * Measure on the kernel `release`, as `run` asks for it; its list and its output are chosen here, below `directory`.
 * Returns 0 also for infra; -EINTR when it was interrupted; -EIO when nothing came of it; -EPROTO when prediction and
 * measurement contradict each other.
 */
int bisect_try_run(struct run_request run, const char *release, const char *directory, struct bisect_try *t,
                   struct error *err);

/* What became of each relocation of a cell, in a word, as far as it is a difference; the caller frees it. */
char *bisect_try_relocations(const struct result_cell *c);

/* What a result of one cell says. `where` is what errors call it. */
int bisect_try_take(const struct result *r, const char *where, struct bisect_try *t, struct error *err);

/* Whether nothing differs; `by_relocations`: the outcomes of relocations count, too. */
bool bisect_try_alike(const struct bisect_try *a, const struct bisect_try *b, bool by_relocations);

void bisect_try_free(struct bisect_try *t);

#endif
