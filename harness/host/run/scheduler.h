/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheduler: runs the VMs of a matrix side by side and puts what they deliver into the result. It owns the poll loop,
 * the order, and what happens when a guest is lost: the culprit's cell is infra, the other objects get a fresh VM, and
 * every attempt is recorded. What is finished is on disk before the next thing happens. A prediction that is not
 * complete keeps no VM waiting: tasks that end before it are judged when it is there.
 */
#ifndef COREMATRIX_HOST_RUN_SCHEDULER_H
#define COREMATRIX_HOST_RUN_SCHEDULER_H

#include "base/error.h"
#include "host/result/result.h"
#include "host/run/schedule.h"

/* What is at work, for a watch, when no VM runs. */
#define SCHEDULER_PREDICTION "prediction"
#define SCHEDULER_FETCH "fetching kernels"

/*
 * Run everything. `r` has its header, objects and kernels (one entry per row, in order) already; cells, timings and
 * attempts are added. Returns 0 when every VM was seen to its end, whatever the verdicts; -EINTR after SIGINT or
 * SIGTERM, with what was finished in `r` and the rest infra; -EINVAL when a row's file turned out to be no kernel, all
 * others measured; another negative errno when the harness itself failed.
 */
int scheduler_run(const struct schedule *s, struct result *r, struct error *err);

#endif
