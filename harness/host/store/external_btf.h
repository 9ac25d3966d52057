/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * external_btf: the BTF that a kernel of a run is given from outside, in place of its own: the file that its row names
 * (btf=), or the one for its release in a directory (run --btf). It decides which file is meant and takes the raw BTF
 * out of it; the guests hide the kernel's own.
 */
#ifndef COREMATRIX_HOST_STORE_EXTERNAL_BTF_H
#define COREMATRIX_HOST_STORE_EXTERNAL_BTF_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/kernels/kernel_list.h"
#include "host/store/store.h"

struct external_btf {
	char *path;     /* "": the kernel's own counts */
	struct buf raw; /* sound (btf_check.h) */
};

/*
 * Choose and read them: one entry per row. `directory` may be NULL; it is searched as btf_source_add does, for a file
 * that is called for the kernel's release. A kernel that it has none for keeps its own, and is told in one line; a
 * directory that fits no kernel, a file that is missing and one that is no BTF are usage errors that name the row's
 * line. Free with external_btf_free in every case.
 */
int external_btf_read(const struct kernel_list *list, const struct store_kernel *kernels, const char *directory,
                      struct external_btf **out, struct error *err);
void external_btf_free(struct external_btf *e, size_t count);

#endif
