/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_group: how people speak of some kernels of a matrix: "all 18 kernels", "6.1 and later", "5.10-cloud, 5.10-rt".
 * Pure.
 */
#ifndef COREMATRIX_HOST_KERNELS_KERNEL_GROUP_H
#define COREMATRIX_HOST_KERNELS_KERNEL_GROUP_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_name {
	const char *id;      /* "6.1-cloud", or what a file of the user's is called */
	const char *release; /* says the version where the id does not; "" unknown */
};

/*
 * Order for tables and baselines: by major.minor, then by id, so that a kernel keeps its place through updates. Those
 * without a version come last. Returns <0, 0 or >0.
 */
int kernel_name_order(const struct kernel_name *a, const struct kernel_name *b);

/*
 * Name those of the `count` kernels in `all` (in kernel_name_order) for which `in` is true. A version stands for all
 * its flavours in `all`; a version that has only some of them in the group has these listed. The caller frees it.
 */
char *kernel_group_text(const struct kernel_name *all, const bool *in, size_t count);

/* The same, saying nothing of kernels beyond these: "6.1 to 7.2" in place of "6.1 and later". */
char *kernel_group_closed_text(const struct kernel_name *all, const bool *in, size_t count);

/* The version by which a kernel is ordered; false, with both undefined, when nothing tells it. */
bool kernel_name_version(const struct kernel_name *k, unsigned *major, unsigned *minor);

#endif
