/* SPDX-License-Identifier: BSD-2-Clause */
/* learn_write: puts what was learnt of an object's events into the ini beside it. It never changes what stands there.
 */
#ifndef COREMATRIX_HOST_RUN_LEARN_WRITE_H
#define COREMATRIX_HOST_RUN_LEARN_WRITE_H

#include "host/judge/learn.h"
#include "host/object/object.h"
#include "host/run/watch.h"

/*
 * Make the object's ini, or add to the one there is, unless that says already what events are. What was done, and what
 * was not, is said to `watch`.
 */
void learn_write(const struct object *object, const struct learnt *learnt, const struct watch *watch);

#endif
