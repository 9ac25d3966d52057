/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_header: what a result says before anything was measured: the host, the command, the objects, the kernels.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_HEADER_H
#define COREMATRIX_HOST_RUN_RUN_HEADER_H

#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/result/result.h"
#include "host/store/store.h"

/* Host, time and command; `qemu` is what QEMU says of its version. */
void run_header_fill(struct result *r, int argc, char **argv, const char *qemu, unsigned processors);

/* One entry per object, and what they were built with when that is written beside the first (build.txt). */
void run_header_objects(struct result *r, const struct object_list *objects);

/* One entry per row of `list`, in order; nothing timed yet. `kernels` has one entry for each. */
void run_header_kernels(struct result *r, const struct kernel_list *list, const struct store_kernel *kernels);

/* What is known of a kernel now; its times stay. */
void run_header_kernel(struct result_kernel *k, const struct kernel_row *row, const struct store_kernel *from);

/* After the run: how many programs and relocations each object turned out to have. */
void run_header_count(struct result *r);

#endif
