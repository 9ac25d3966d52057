/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * side_by_side: one pure piece of work on each of many things, on several processors. For what fills
 * memory that the caller reads; what may fail in ways of its own, or reads what is not trusted, is a worker
 * process's (child.h).
 */
#ifndef COREMATRIX_HOST_LIB_SIDE_BY_SIDE_H
#define COREMATRIX_HOST_LIB_SIDE_BY_SIDE_H

#include <stddef.h>

/*
 * Call `one` with each of 0 to count - 1, in any order and at most `width` at once, and return when all are done. What
 * it does for one index must not touch what it does for another. Where no thread can be started, the caller's does all.
 */
void side_by_side(size_t count, unsigned width, void (*one)(void *ctx, size_t index), void *ctx);

#endif
