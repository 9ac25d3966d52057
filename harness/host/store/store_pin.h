/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_pin: writes down in kernels.lock what the rows of a plan resolved to, as soon as their kernels are in the
 * store: from then on every process that opens the store finds them.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_PIN_H
#define COREMATRIX_HOST_STORE_STORE_PIN_H

#include "base/error.h"
#include "host/store/store_plan.h"

/*
 * Pin the rows whose kernels are there now, beside what others have pinned meanwhile. Lines of rows that are not in
 * this list stay: it may be a part of another. Returns 0 or a negative errno; the lock file is then as it was.
 */
int store_pin(const struct store_plan *plan, struct error *err);

#endif
