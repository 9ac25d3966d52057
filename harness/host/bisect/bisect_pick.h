/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect_pick: which of a row of kernels to try next, so that the first bad one after good ones is found in few tries,
 * and then others that follow. Pure.
 */
#ifndef COREMATRIX_HOST_BISECT_BISECT_PICK_H
#define COREMATRIX_HOST_BISECT_BISECT_PICK_H

#include <stdbool.h>
#include <stddef.h>

enum bisect_state {
	BISECT_UNKNOWN,
	BISECT_GOOD,
	BISECT_BAD,
	BISECT_SKIPPED, /* could not be measured: nothing is known of it */
};

/*
 * The first is good and the last bad. *good becomes the last good one before the first bad one, *bad that one. Returns
 * the one to try next: between them, not tried, next to the middle; -1 when there is none.
 */
int bisect_pick(const enum bisect_state *states, size_t count, size_t *good, size_t *bad);

/* The same between any two measured ones that differ and have untried ones between them; -1 when there are none. */
int bisect_pick_change(const enum bisect_state *states, size_t count);

/*
 * Where nothing is known of the most in one piece, between two that are alike: next to the middle of the widest stretch
 * of untried ones. -1 when all were tried.
 */
int bisect_pick_probe(const enum bisect_state *states, size_t count);

#endif
