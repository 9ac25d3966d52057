/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_predict: what `corematrix predict` costs, as a user calls it, on one processor: time and the memory of its
 * largest process, for one and for many objects and kernels.
 */
#ifndef COREMATRIX_HOST_BENCH_BENCH_PREDICT_H
#define COREMATRIX_HOST_BENCH_BENCH_PREDICT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct bench_predict {
	const char *list_path, *images;
	char *const *ids; /* of kernels that are in the store */
	size_t id_count;
	char *const *paths; /* of objects */
	size_t path_count;
	unsigned rounds; /* each measurement; the median counts */
};

/* Measure and append a table to `out`. Fails when a prediction does. */
int bench_predict(const struct bench_predict *b, struct buf *out, struct error *err);

#endif
