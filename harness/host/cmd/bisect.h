/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bisect: which of a row of kernels to try next, so that the first bad one behind good ones is found in few tries.
 * Pure; trying is the command's business (cmd_bisect.h).
 */
#ifndef COREMATRIX_HOST_CMD_BISECT_H
#define COREMATRIX_HOST_CMD_BISECT_H

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
int bisect_next(const enum bisect_state *states, size_t count, size_t *good, size_t *bad);

#endif
