/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_json: a benchmark as bench.json and back. The one place that knows the schema, corematrix-bench/1:
 *
 *   { "schema": "corematrix-bench/1", "started": "2026-…Z", "rounds": 3,
 *     "host": { "uname", "qemu", "accel", "cpus" },
 *     "objects": [ { "name" } ],
 *     "ratios": { "ours_to_floor": 1.08, "peer_to_ours": …, "warm_to_cold": …, "resume_to_boot": …,
 *                 "vng_to_ours": null },   medians of the kernels' below
 *     "kernels": [ { "id", "release", "guest_mb": 71.5 or null,
 *                    "ratios":  { as above, of this kernel },
 *                    "medians": { "floor_ms", "cold_ms", "cells_ms", "peer_ms", "warm_ms", "vng_ms",
 *                                 "floor_rss_mb", "cold_rss_mb", "peer_rss_mb", "warm_rss_mb" },
 *                    "samples": [ { "round": 1, "role": "floor", "total_ms", "cells_ms", "rss_mb", "reason": "" } ] } ]
 * }
 *
 * Times are milliseconds, memory is MiB. `ratios` and `medians` follow from the samples: they are there for readers,
 * and reading a file works them out anew. null is what was not measured. Fields may be added, none is renamed or
 * dropped.
 */
#ifndef COREMATRIX_HOST_BENCH_BENCH_JSON_H
#define COREMATRIX_HOST_BENCH_BENCH_JSON_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/bench/bench.h"

#define BENCH_JSON_SCHEMA "corematrix-bench/1"

int bench_json_encode(const struct bench *b, struct buf *out, struct error *err);

/* `name` is what errors call the text. All mistakes are usage errors. `*b` is the caller's: bench_free. */
int bench_json_decode(const char *text, size_t len, const char *name, struct bench **b, struct error *err);

int bench_json_write(const struct bench *b, const char *path, struct error *err);
int bench_json_read(const char *path, struct bench **b, struct error *err);

#endif
