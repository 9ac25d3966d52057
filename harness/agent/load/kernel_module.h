/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_module: the kernel modules that a job brings, loaded for the objects that name them and unloaded again.
 * In PID 1: a module belongs to the guest and not to an object's process.
 */
#ifndef COREMATRIX_AGENT_LOAD_KERNEL_MODULE_H
#define COREMATRIX_AGENT_LOAD_KERNEL_MODULE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/job.h"

/* Whether the object names any. */
bool kernel_module_wanted(const struct job_object *object);

/*
 * Load what the object names, in its order. One that is there already is fine; one that the job has no bytes of is told
 * in `notes`, a line each, and left out. Returns 0, or a negative errno naming the module the kernel refused.
 */
int kernel_module_load(const struct job *job, const struct job_object *object, struct buf *notes, struct error *err);

/*
 * Unload them, the last first. What a program was attached to is let go of by the kernel some time after the program's
 * end, so this waits, for a bounded time; a module that cannot be unloaded stays.
 */
void kernel_module_unload(const struct job *job, const struct job_object *object);

#endif
