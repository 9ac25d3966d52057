/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task: some objects on one kernel, and the VM that runs them: which kind of VM it is (booted, saved for later, or
 * resumed), its job, its guest. It starts the VM; stepping it, and what its end means, is the scheduler's.
 */
#ifndef COREMATRIX_HOST_RUN_TASK_H
#define COREMATRIX_HOST_RUN_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/run/schedule.h"
#include "host/vm/session.h"
#include "host/vm/snapshot.h"
#include "host/vm/vm.h"

/* One VM, or two: one that saves the guest and one that resumes it. */
struct task {
	enum vm_mode mode; /* of the VM at hand */
	bool decided;      /* whether `mode` was chosen yet */
	struct snapshot snapshot;
	size_t kernel;
	size_t *objects; /* indices into the schedule's list */
	size_t count;
	unsigned number;    /* among the kernel's tasks, from 1: no task overwrites the evidence of another */
	bool wants_symbols; /* the store has not got the kernel's yet */
	char *job_path;     /* NULL until started, as is the next */
	char *suffix;       /* of the names of the VM's files: "", "-2", "-2-resume" */
	struct session session;
	struct vm *vm; /* NULL until started */
	struct task *next;
};

/* `kernel` and `objects` (copied) are indices into the schedule. Free with task_free. */
struct task *task_new(size_t kernel, const size_t *objects, size_t count, unsigned number);
void task_free(struct task *t);

/*
 * Choose the kind of VM unless that was decided, write what it needs, start it. `nonce` is the run's: tasks with the
 * same job share its file. Returns 0 or a negative errno.
 */
int task_start(struct task *t, const struct schedule *s, uint64_t nonce, struct error *err);

/* Forget the VM that ended; the next one is to be of kind `mode`. */
void task_reset(struct task *t, enum vm_mode mode);

#endif
