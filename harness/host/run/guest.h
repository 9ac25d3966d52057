/* SPDX-License-Identifier: BSD-2-Clause */
/* guest: the guest that a stored kernel is run in. Pure. */
#ifndef COREMATRIX_HOST_RUN_GUEST_H
#define COREMATRIX_HOST_RUN_GUEST_H

#include "host/kernels/kernel_row.h"
#include "host/store/store.h"
#include "host/vm/qemu.h"

/* Memory of a guest whose row says nothing. */
#define GUEST_MEMORY_MB 256

/*
 * The guest of a kernel, with what its row says of it; `row` may be NULL. It has no job and is not saved; its strings
 * are the arguments'.
 */
struct qemu_guest guest_of(const struct store_kernel *kernel, const struct kernel_row *row, const char *initrd,
                           enum accel accel);

#endif
