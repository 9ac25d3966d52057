/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_search: tries kernels of a row until every change that was come upon lies between neighbours. What appeared
 * need not stay: once the first change is found, further kernels are tried where a change could have come and gone
 * unseen, and what they show is followed, too. It knows nothing of objects, runs and releases.
 */
#ifndef COREMATRIX_HOST_BISECT_BISECT_SEARCH_H
#define COREMATRIX_HOST_BISECT_BISECT_SEARCH_H

#include "base/error.h"
#include "host/bisect/bisect_pick.h"

/* Measure kernel `index` and set *state; a negative errno ends the search. */
typedef int (*bisect_measure)(void *ctx, size_t index, enum bisect_state *state, struct error *err);

/*
 * The first of `states` is good and the last bad. Beyond those that the changes need, all `suspects` are tried, one per
 * kernel (NULL: none), and as many others as `probes` says. Returns 0 or what `measure` returned.
 */
int bisect_search(enum bisect_state *states, size_t count, const bool *suspects, size_t probes, bisect_measure measure,
                  void *ctx, struct error *err);

/* Two that were measured and differ, with none between them that was; of it at most skipped ones are between. */
struct bisect_change {
	size_t before, after;
};

/* All of them, in the row's order; `changes` has room for `count`. Returns how many. */
size_t bisect_changes(const enum bisect_state *states, size_t count, struct bisect_change *changes);

#endif
