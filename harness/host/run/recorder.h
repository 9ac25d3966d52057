/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder: puts what VMs delivered, or why they did not, into the result, and the result on disk. It is the only one
 * that adds cells and attempts to a running result. Called by the scheduler; it never starts or ends anything.
 *
 * A cell that is measured more than once (run --repeat) keeps its first measurement; every other one is compared with
 * it, and a cell whose measurements differ is unexpected, whatever they say.
 */
#ifndef COREMATRIX_HOST_RUN_RECORDER_H
#define COREMATRIX_HOST_RUN_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/result/result.h"
#include "host/run/schedule.h"
#include "host/run/task.h"
#include "host/vm/session.h"

struct observations {
	struct observation *at;
	size_t count;
};

struct recorder {
	const struct schedule *s;
	struct result *r;
	unsigned *pending;             /* per kernel: tasks that have not ended */
	struct observations *observed; /* per kernel and object: of what the host has to learn to read */
	bool *lost;                    /* per kernel and object: one of several measurements was lost */
	size_t finished;               /* kernels */
};

void recorder_init(struct recorder *rec, const struct schedule *s, struct result *r);
void recorder_free(struct recorder *rec);

/* The VM of a task has ended: one more attempt of its kernel, and its timing. */
void record_attempt(struct recorder *rec, const struct task *t);

/* An object was measured (what it observed is taken from `facts`) / could not be measured; `t` is the task whose VM
 * lost it, NULL when there was no VM. */
void record_cell(struct recorder *rec, size_t kernel, size_t object, struct session_cell *facts);
void record_lost(struct recorder *rec, size_t kernel, size_t object, const struct task *t, const char *reason);

/*
 * After the last kernel: settle where values stand in events that no guest could read, and judge the cells by that.
 */
void record_learnt(struct recorder *rec);

/* No VM of the kernel could measure anything. */
void record_kernel_lost(struct recorder *rec, size_t kernel, const char *reason);

/*
 * A task of the kernel has ended. After its last one, cells of which a measurement was lost become infra, and the
 * result is saved. Returns 0 or a negative errno.
 */
int record_task_ended(struct recorder *rec, size_t kernel, struct error *err);

#endif
