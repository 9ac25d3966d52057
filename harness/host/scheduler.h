/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheduler: runs the VMs of a matrix side by side and puts what they deliver into the result. It owns the poll loop,
 * the order, and what happens when a guest is lost: the culprit's cell is infra, the other objects get a fresh VM, and
 * every attempt is recorded. What is finished is on disk before the next thing happens.
 */
#ifndef COREMATRIX_HOST_SCHEDULER_H
#define COREMATRIX_HOST_SCHEDULER_H

#include <stdbool.h>

#include "base/error.h"
#include "host/arch.h"
#include "host/external_btf.h"
#include "host/kernel_list.h"
#include "host/module_store.h"
#include "host/object.h"
#include "host/predict.h"
#include "host/plan.h"
#include "host/result.h"
#include "host/store.h"
#include "host/vm.h"

/* Memory of a guest whose row says nothing. */
#define SCHEDULE_MEMORY_MB 256

struct schedule {
	struct predict_job *predict; /* of `objects` on `kernels`, NULL: nothing to compare with */
	const struct kernel_list *list;
	const struct store_kernel *kernels;  /* list->count entries */
	const struct external_btf *external; /* list->count entries */
	const struct module_set *modules;    /* list->count entries: of those that objects name */
	const struct object_list *objects;
	const char *images; /* the store; saved guests live in it */
	const char *initrd;
	const char *qemu_version;
	bool cold;               /* neither use nor make saved guests */
	const struct plan *plan; /* kernels to run, in order */
	unsigned repeat;         /* how often, at least 1 */
	struct vm_deadlines deadlines;
	const char *directory; /* of the run */
	const char *command;   /* how to call this program for one cell, up to --kernel */
	enum accel accel;
	unsigned jobs; /* VMs side by side, at least 1 */
};

/*
 * Run everything. `r` has its header, objects and kernels (one entry per row, in order) already; cells, timings and
 * attempts are added. Returns 0 when every VM was seen to its end, whatever the verdicts; -EINTR after SIGINT or
 * SIGTERM, with what was finished in `r` and the rest infra; another negative errno when the harness itself failed.
 */
int scheduler_run(const struct schedule *s, struct result *r, struct error *err);

#endif
