/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder: puts what VMs delivered, or why they did not, into the result, and the result on disk. It is the only one
 * that adds cells and attempts to a running result. It never starts, ends or waits for anything.
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
	const struct prediction *prediction; /* cells are held against it; NULL: there is none */
	unsigned *pending;                   /* per kernel: tasks that have not ended */
	struct observations *observed;       /* per kernel and object: of what the host has to learn to read */
	bool *lost;                          /* per kernel and object: one of several measurements was lost */
	struct strings *attempts;            /* per kernel and object: those that a guest was too small for, in words */
	size_t finished;                     /* kernels */
};

void recorder_init(struct recorder *rec, const struct schedule *s, struct result *r);
void recorder_free(struct recorder *rec);

/* Put in what is not measured again, and the kernels that this ends. Returns 0 or a negative errno. */
int record_reused(struct recorder *rec, struct error *err);

/* There is one more task of the kernel whose end is to be recorded. */
void record_task_waits(struct recorder *rec, size_t kernel);

/* A guest of `memory_mb` was too small for an object, for `why`: there will be a task of it alone in a larger one. */
void record_too_small(struct recorder *rec, size_t kernel, size_t object, unsigned memory_mb, const char *why,
                      unsigned larger_mb);

/* The VM of a task has ended: one more attempt of its kernel, and its timing. */
void record_attempt(struct recorder *rec, const struct task *t);

/*
 * A task has ended: record what became of each of its objects (what was observed is taken from its session). After the
 * last task of a kernel, cells of which a measurement was lost become infra, and the result is saved. Returns 0 or a
 * negative errno.
 */
int record_task(struct recorder *rec, struct task *t, struct error *err);

/*
 * After the last kernel: settle where values stand in events that no guest could read, and judge the cells by that.
 */
void record_learnt(struct recorder *rec);

/* After the last kernel: name what kernels are allowed to say and none said. */
void record_unused_allowances(struct recorder *rec);

#endif
