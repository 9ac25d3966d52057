/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_prediction: the prediction (predict.h) that a run makes beside its first boots: the kernels of the list first,
 * then those that are known by their types alone.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_PREDICTION_H
#define COREMATRIX_HOST_RUN_RUN_PREDICTION_H

#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/predict/predict.h"
#include "host/result/result.h"
#include "host/run/watch.h"
#include "host/store/external_btf.h"
#include "host/store/store.h"

/* What to predict for; `kernels`, `external` and `modules` have `count` entries each. All must outlive the job. */
struct run_prediction {
	const struct object_list *objects;
	const struct store_kernel *kernels;
	const struct external_btf *external;
	const struct module_set *modules;
	const bool *there; /* the same; NULL: all are there. The others come later: predict_add */
	size_t count;
	const struct kernel_list *types; /* rows that are types and no kernel */
};

/* What is predicted from, of a kernel of the list; it borrows all it is given. */
struct predict_types run_prediction_types(const struct store_kernel *kernel, const struct external_btf *external,
                                          const struct module_set *modules);

/* As predict_start. */
struct predict_job *run_prediction_start(const struct run_prediction *what, struct error *err);

/* Tell `watch` (may be NULL) of objects and of the first `count` kernels of which nothing could be predicted, and why.
 */
void run_prediction_warn(const struct prediction *p, size_t count, const struct watch *watch);

/* Add to `r` what is predicted for the rows that are types alone, those after the first `count` kernels. */
void run_prediction_add(const struct prediction *p, size_t count, struct result *r);

#endif
