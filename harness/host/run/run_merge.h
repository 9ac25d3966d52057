/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_merge: the parts of one matrix, each run on a machine of its own (run --part K/N), as one run: its result, with
 * the files that its guests left. It reads the parts' directories and changes nothing in them.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_MERGE_H
#define COREMATRIX_HOST_RUN_RUN_MERGE_H

#include <stddef.h>

#include "base/error.h"
#include "host/result/result.h"

/*
 * Merge the runs in `directories` into a new directory below `output`, as a run makes it, with all reports. `r` is an
 * empty result that is filled; `*path` is the caller's, NULL when nothing was made. Returns 0; -EINVAL (error_usage)
 * when a directory holds no readable result, or they are not exactly the parts of one matrix (result_merge.h); another
 * negative errno when it cannot be written.
 */
int run_merge(const char *const *directories, size_t count, const char *output, struct result *r, char **path,
              struct error *err);

#endif
