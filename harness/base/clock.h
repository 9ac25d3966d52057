/* SPDX-License-Identifier: BSD-2-Clause */
/* clock: monotonic time for everything that measures or waits. Wall-clock time appears in reports only. */
#ifndef COREMATRIX_BASE_CLOCK_H
#define COREMATRIX_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Milliseconds of the monotonic clock. */
static inline int64_t clock_ms(void)
{
	return (int64_t)(clock_ns(CLOCK_MONOTONIC) / 1000000u);
}

#endif
