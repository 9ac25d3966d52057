/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sweep_pick: which kernels of a series to measure next, so that in the end each difference that was come upon lies
 * between neighbours. Pure.
 */
#ifndef COREMATRIX_HOST_BISECT_SWEEP_PICK_H
#define COREMATRIX_HOST_BISECT_SWEEP_PICK_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SWEEP_UNKNOWN = -1, /* not measured yet */
	SWEEP_SKIPPED = -2, /* could not be measured */
};

/*
 * Set `next` for the kernels to be measured at once, `most` of them at most: first those at both ends, then, between
 * any two measured ones that differ with untried ones between them, the one next to the middle. `kinds`: one per
 * kernel, in their order: which of the measured ones are alike (a number from 0, equal for these), or one of the above.
 * Returns how many; 0 when all is known that the ends and what differs between them can tell.
 */
size_t sweep_pick(const int *kinds, size_t count, size_t most, bool *next);

#endif
