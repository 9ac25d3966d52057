/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_plan: the plan (plan.h) of a run: which rows of a list are run and in which order, by the times that the store at
 * `images` remembers. Called by run alone; it starts nothing.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_PLAN_H
#define COREMATRIX_HOST_RUN_RUN_PLAN_H

#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/result/result.h"
#include "host/run/plan.h"
#include "host/store/store.h"

/*
 * Plan the rows of the list, without those whose kernel was skipped; `kernels` has an entry per row, NULL: all are
 * there. The plan borrows the rows' ids.
 */
void run_plan_make(const struct kernel_list *list, const struct store_kernel *kernels, const char *images,
                   struct plan *plan);

/*
 * Leave in the list what is part `part` of `parts` (from 1) of its plan; `parts` 0: all of it. A part without a kernel
 * is a usage error.
 */
int run_plan_take_part(struct kernel_list *list, unsigned part, unsigned parts, const char *images, struct error *err);

/* What would be run, as text for people; the caller frees it. */
char *run_plan_text(const struct kernel_list *list, const struct object_list *objects, const char *images);

/* Remember for later plans what each kernel took that was measured. */
void run_plan_keep_times(const struct result *r, const char *images);

#endif
