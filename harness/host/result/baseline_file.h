/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline_file: baselines in files: where they are read from and written to. What is in them is baseline's and
 * baseline_text's business.
 */
#ifndef COREMATRIX_HOST_RESULT_BASELINE_FILE_H
#define COREMATRIX_HOST_RESULT_BASELINE_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "host/result/baseline.h"

/*
 * Read what `path` is: a run's directory, a results.json, one baseline file, or a directory of them. In the last case
 * with `wanted` not NULL only the objects that `wanted` has are read, and one without a baseline is error_usage that
 * says how to store it. `*b` is the caller's in every case.
 */
int baseline_file_read(const char *path, const struct baseline *wanted, struct baseline *b, struct error *err);

/*
 * Write each object to DIR/NAME.baseline; a file that says the same already is left alone. `changed[i]` tells which
 * were written, one per object of `b`. Nothing is written when a cell was not measured: -ENODATA (exit status 3).
 */
int baseline_file_write(const struct baseline *b, const char *dir, bool *changed, struct error *err);

#endif
