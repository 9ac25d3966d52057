/* SPDX-License-Identifier: BSD-2-Clause */
/* schedule: what is to be run, on what, and how: the one argument of the scheduler, its tasks and its recorder. */
#ifndef COREMATRIX_HOST_RUN_SCHEDULE_H
#define COREMATRIX_HOST_RUN_SCHEDULE_H

#include <stdbool.h>

#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/predict/predict.h"
#include "host/run/arrivals.h"
#include "host/run/guest.h"
#include "host/run/plan.h"
#include "host/run/share.h"
#include "host/run/watch.h"
#include "host/store/external_btf.h"
#include "host/store/module_store.h"
#include "host/store/store.h"
#include "host/vm/vm.h"

struct reuse;

struct schedule {
	struct reuse *reuse;         /* cells of earlier runs that are not measured again (reuse.h); NULL: none */
	struct predict_job *predict; /* of `objects` on `kernels` */
	struct arrivals *arrivals;   /* by which those of `kernels` come that are missing; NULL: all are there */
	const struct kernel_list *list;
	const struct store_kernel *kernels;  /* list->count entries */
	const struct external_btf *external; /* list->count entries */
	const struct module_set *modules;    /* list->count entries: of those that objects name */
	const struct object_list *objects;
	const struct buf *files; /* of user space, for guests whose objects ask for them (shipped.h) */
	const char *images;      /* the store; saved guests live in it */
	const struct guest_means *means;
	bool cold;                       /* neither use nor make saved guests */
	const struct plan *plan;         /* kernels to run, in order */
	const struct share_costs *costs; /* by which the objects of a kernel are shared out; NULL: one guest has all */
	unsigned repeat;                 /* how often, at least 1 */
	bool top_lines;                  /* have guests tell on which lines of the source the verifier spends most */
	bool write_ini;                  /* put what was learnt into the inis of the objects */
	enum evidence require;           /* less of it is unexpected; EVIDENCE_UNKNOWN: none is required */
	struct vm_deadlines deadlines;
	const char *directory;     /* of the run */
	const char *command;       /* how to call this program for one cell, up to --kernel */
	const char *libbpf;        /* under which the objects are loaded, where results say so; NULL: they do not */
	unsigned jobs;             /* VMs side by side, at least 1 */
	const struct watch *watch; /* NULL: nobody watches */
};

#endif
