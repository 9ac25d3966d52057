/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctl: files below /proc/sys that an object's ini wants to hold something else while its workloads run. They belong
 * to the guest and not to the object's process: cell keeps what they held and puts it back, load changes them.
 */
#ifndef COREMATRIX_AGENT_LOAD_SYSCTL_H
#define COREMATRIX_AGENT_LOAD_SYSCTL_H

#include "base/buf.h"
#include "base/error.h"
#include "wire/job.h"

/* What they hold, one buf per setting of the object (empty for others); NULL when it has none. */
struct buf *sysctl_save(const struct job_object *object);

/* Put back what sysctl_save kept, and free it. */
void sysctl_restore(const struct job_object *object, struct buf *saved);

/* Set them. Returns 0 or a negative errno naming the first that cannot be set. */
int sysctl_apply(const struct job_object *object, struct error *err);

#endif
