/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict: computes a prediction in worker processes, and answers what the inis ask about types. A worker that dies
 * on some input is replaced by one that leaves that input out: its death is what the prediction says of the input,
 * and nothing else is lost. A loader (SETTING_LOADER) is not predicted: it has answers alone. It needs no privileges,
 * no network and no VM, and can run beside other work.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_H
#define COREMATRIX_HOST_PREDICT_PREDICT_H

#include <stdbool.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/object/object.h"
#include "host/predict/prediction.h"
#include "host/store/module_store.h"

/* A kernel by its types; the strings are borrowed. */
struct predict_types {
	const char *id;
	const char *path;    /* of anything that btf_source_read reads; "": the kernel has no BTF */
	const char *symbols; /* path of its functions' names (symbols.h), which need not be there; NULL: none */
	const char *config;  /* path of its configuration, "" when there is none; NULL: it is not booted */
	const char *release; /* NULL: not known */
	const struct module_set *modules; /* those that objects name; NULL: not known */
	bool loaded;                      /* all these are loaded, whatever an object names, and `symbols` has theirs */
	bool later;                       /* nothing but its id is known yet: predict_add */
	const struct arch *arch;          /* NULL: the usual one */
	bool external; /* it stands in for the kernel's own and holds what relocations need, perhaps nothing else */
};

struct predict_job;

/*
 * Begin predicting every object on every kernel. `objects` and the strings of `types` must outlive the job. Returns
 * NULL with `err` filled when no worker could be started.
 */
struct predict_job *predict_start(const struct object_list *objects, const struct predict_types *types, size_t count,
                                  struct error *err);

/*
 * The types of a kernel that was to come later: it is predicted as soon as what is being predicted is done. Or word
 * that it will not come, and why. Of a kernel that is there already both do nothing.
 */
void predict_add(struct predict_job *job, size_t kernel, const struct predict_types *types);
void predict_lacks(struct predict_job *job, size_t kernel, const char *reason);

/* Whether everything about this kernel is there, in predict_so_far; it stays as it is. */
bool predict_has(const struct predict_job *job, size_t kernel);

/* What is predicted until now, with cells of the kernels that predict_has; NULL when nothing will be. */
const struct prediction *predict_so_far(const struct predict_job *job);

/* What to poll for POLLIN while a prediction is being made; -1 while none is. */
int predict_fd(const struct predict_job *job);

/* Take what is there, without waiting for more. Returns true once predict_finish need not wait. */
bool predict_step(struct predict_job *job);

/*
 * The prediction, once it is complete; waits for it, but not for kernels that were to come later. NULL with `err`
 * filled when it is not available at all: the harness's own failure, not that of an input. It belongs to the job, and
 * later calls answer the same.
 */
const struct prediction *predict_finish(struct predict_job *job, struct error *err);

/* Ends a job, finished or not. NULL is fine. */
void predict_free(struct predict_job *job);

#endif
