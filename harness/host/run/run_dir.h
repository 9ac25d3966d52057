/* SPDX-License-Identifier: BSD-2-Clause */
/* run_dir: the directory of one run, results/<UTC time>/, and the link results/latest. */
#ifndef COREMATRIX_HOST_RUN_RUN_DIR_H
#define COREMATRIX_HOST_RUN_RUN_DIR_H

#include <stddef.h>

#include "base/error.h"

/*
 * Make a new directory below `results` and point `results`/latest at it. `*path` is the caller's. A run started in the
 * same second gets a number after its name.
 */
int run_dir_create(const char *results, char **path, struct error *err);

/* "2026-01-31T12:00:00Z" for now; the caller frees it. */
char *run_dir_now(void);

/* A directory below `dir` for one kernel; `*path` is the caller's. */
int run_dir_kernel(const char *dir, const char *kernel, char **path, struct error *err);

#endif
