/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task: some objects on one kernel, and the VM that runs them: which kind of VM it is (booted, saved for later, or
 * resumed), its job, its guest, how it ended. It starts the VM; stepping it, and what its end means, is the
 * scheduler's.
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

/* How a task came to its end. */
enum task_end {
	TASK_DONE,        /* every object was measured */
	TASK_LOST,        /* its VM was lost, or could not be started */
	TASK_INTERRUPTED, /* the run was: what it had measured by then stands */
};

/* One VM, or two: one that saves the guest and one that resumes it. */
struct task {
	enum vm_mode mode; /* of the current VM */
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
	unsigned memory_mb; /* of the guest, if it is a larger one than its kernel's row says; else 0 */
	unsigned least_mb;  /* that its guest has, whatever is usual; 0 */
	bool *again;        /* per object of its list: it is measured again in a larger one */
	struct vm *vm;      /* NULL until started, and once it has ended */
	bool booted_again;  /* its first guest's kernel was lost before it had anything to do with an object */
	bool interrupted;   /* its VM was ended because the run was interrupted */
	enum task_end end;  /* set when it has ended, as the next four */
	char *reason;       /* of a task that is not done */
	bool ran;           /* a VM of it left its files */
	bool crashed;       /* the guest's kernel itself said that it is lost */
	int culprit;        /* the object of its list during which the VM was lost, -1: none */
	struct task *next;
};

/* Tasks in line. Zeroed it is empty. */
struct task_queue {
	struct task *first, *last;
};

void task_queue_add(struct task_queue *q, struct task *t);
void task_queue_add_first(struct task_queue *q, struct task *t);
struct task *task_queue_take(struct task_queue *q); /* the first; NULL: there is none */
void task_queue_free(struct task_queue *q);

/* `kernel` and `objects` (copied) are indices into the schedule. Free with task_free. */
struct task *task_new(size_t kernel, const size_t *objects, size_t count, unsigned number);
void task_free(struct task *t);

/* One object in a guest of `memory_mb` MiB of its own, with more time. */
struct task *task_new_larger(size_t kernel, size_t object, unsigned memory_mb, unsigned number);

/* Choose the kind of VM unless that was decided. */
void task_decide(struct task *t, const struct schedule *s);

/*
 * Choose the kind of VM unless that was decided, write what it needs, start it. `nonce` is the run's: tasks with the
 * same job share its file. Returns 0 or a negative errno.
 */
int task_start(struct task *t, const struct schedule *s, uint64_t nonce, struct error *err);

/* Forget the VM that ended; the next one is to be of kind `mode`. */
void task_reset(struct task *t, enum vm_mode mode);

/* It has come to its end; the VM, if there was one, is let go, what it said is kept. `reason` is copied, or NULL. */
void task_set_end(struct task *t, enum task_end end, const char *reason);

/*
 * Keep the objects of its list that are `taken`, and forget the others. Returns these, how many in `count`, for the
 * caller to free.
 */
size_t *task_keep(struct task *t, const bool *taken, size_t *count);

/* Leave the culprit alone in the task. Returns the others, how many in `count`, for the caller to free. */
size_t *task_leave_culprit(struct task *t, size_t *count);

#endif
