/* SPDX-License-Identifier: BSD-2-Clause */
/* progress: what a person sees while the matrix runs: a live line on a terminal, one plain line per kernel always. */
#ifndef COREMATRIX_HOST_RUN_PROGRESS_H
#define COREMATRIX_HOST_RUN_PROGRESS_H

#include <stddef.h>

#include "host/result/result.h"

/* Redraw the live line; nothing when stderr is not a terminal. `running` names the kernels whose VMs run now. */
void progress_show(size_t done, size_t total, const char *running);

/* A kernel is finished: its line. */
void progress_kernel(const struct result *r, const struct result_kernel *k, size_t done, size_t total);

/* Take the live line away. */
void progress_clear(void);

#endif
