/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest: the guest that a stored kernel is run in, and what guests of each architecture need of this host: a QEMU and
 * an initramfs with an agent for it.
 */
#ifndef COREMATRIX_HOST_RUN_GUEST_H
#define COREMATRIX_HOST_RUN_GUEST_H

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/kernels/kernel_list.h"
#include "host/store/store.h"
#include "host/vm/qemu.h"

/* Memory of a guest whose row says nothing. */
#define GUEST_MEMORY_MB 256

/* An entry for each architecture, NULL for what this host or this program does not have. Zero is none of anything. */
struct guest_means {
	char *qemu[ARCH_MAX];   /* version */
	char *initrd[ARCH_MAX]; /* path */
	enum accel accel;       /* of guests of the host's own architecture */
};

/*
 * See what there is of what the rows of a list need. -EINVAL (usage) when this program carries no agent for one of
 * them, -ENOENT when its QEMU is not installed. Of a file it is known only later whose kernel it is: what every
 * architecture has is taken then, and nothing of it is missed yet. Free with guest_means_free either way.
 */
int guest_means_find(struct guest_means *m, const struct kernel_list *list, struct error *err);

/* Put the initramfs of each that was found into the store, or into `directory` where that cannot be written to. */
int guest_means_store(struct guest_means *m, const char *images, const char *directory, struct error *err);

/* Whether a kernel can be booted by them; -ENOENT says what is missing. */
int guest_means_check(const struct guest_means *m, const struct store_kernel *kernel, struct error *err);

/* The versions of QEMU, and the names of the archives, as one text each; the caller frees it. */
char *guest_means_qemu(const struct guest_means *m);
char *guest_means_agents(const struct guest_means *m);

void guest_means_free(struct guest_means *m);

/*
 * The guest of a kernel, with what its row says of it; `row` may be NULL. It has no job and is not saved; its strings
 * are the arguments'.
 */
struct qemu_guest guest_of(const struct store_kernel *kernel, const struct kernel_row *row,
                           const struct guest_means *means);

#endif
