/* SPDX-License-Identifier: BSD-2-Clause */
/* run_write: what a run leaves of its result: results.json and the reports that are views of it. */
#ifndef COREMATRIX_HOST_RUN_RUN_WRITE_H
#define COREMATRIX_HOST_RUN_RUN_WRITE_H

#include "base/error.h"
#include "host/result/result.h"

/* Write them into `directory`; the reports by a process of their own. Returns 0 or a negative errno. */
int run_write(const struct result *r, const char *directory, struct error *err);

#endif
