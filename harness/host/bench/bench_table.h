/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_table: a benchmark as text for a terminal. Pure; computes nothing that bench does not. */
#ifndef COREMATRIX_HOST_BENCH_BENCH_TABLE_H
#define COREMATRIX_HOST_BENCH_BENCH_TABLE_H

#include "host/bench/bench.h"

/* One row per kernel, medians, what the columns mean and which goals are met; the caller frees it. */
char *bench_table(const struct bench *b);

#endif
