/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_build: builds the entries that a plan misses, two at a time, each in a worker process of its own: while one
 * waits for the network the other unpacks. Several processes may build in one store: each kernel is built by one of
 * them, and what another is building is left for the end.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_BUILD_H
#define COREMATRIX_HOST_STORE_STORE_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "host/store/store_plan.h"

/*
 * Build every row that is PLAN_BUILD; rows that mean the same kernel share one build, and are
 * pinned (store_pin.h) when it ends. One line per kernel is logged
 * unless `quiet`. At the first failure of a row that is not optional no further build is started, those under way are
 * finished (what is fetched is not lost), and the failure is returned. A package that the mirror does not have is no
 * failure yet: its rows are unresolved again (plan_gone). On ENOSPC the message says how much is needed.
 */
int store_plan_build(struct store_plan *plan, bool quiet, struct error *err);

/*
 * Hold what is to be built to `free_bytes` of the disk: optional rows that do not fit are skipped, from the last one
 * on. -ENOSPC, saying how much is needed, when the others do not fit.
 */
int store_plan_make_room(struct store_plan *plan, uint64_t free_bytes, struct error *err);

#endif
