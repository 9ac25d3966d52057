/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_plan: the plan (plan.h) of a run: which rows of a list are run and in which order, by the times that the store at
 * `images` remembers. It starts nothing.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_PLAN_H
#define COREMATRIX_HOST_RUN_RUN_PLAN_H

#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/result/result.h"
#include "host/run/plan.h"
#include "host/run/share.h"

/* Plan the rows of the list. The plan borrows the rows' ids. */
void run_plan_make(const struct kernel_list *list, const char *images, struct plan *plan);

/* What the objects are expected to cost on the rows of the list. Free with share_costs_free. */
void run_plan_costs(const struct kernel_list *list, const struct object_list *objects, const char *images,
                    struct share_costs *costs);

/*
 * What would be run with `guests` side by side, and when that and what more processors would do is expected to end, as
 * text for people; the caller frees it.
 */
char *run_plan_text(const struct kernel_list *list, const struct object_list *objects, const char *images,
                    unsigned guests);

/* Remember for later plans what each kernel and each object took that was measured `repeat` times. */
void run_plan_keep_times(const struct result *r, const char *images, unsigned repeat);

#endif
