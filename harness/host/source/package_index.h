/* SPDX-License-Identifier: BSD-2-Clause */
/* package_index: the kernels among the packages that Debian's Packages files list. Pure. */
#ifndef COREMATRIX_HOST_SOURCE_PACKAGE_INDEX_H
#define COREMATRIX_HOST_SOURCE_PACKAGE_INDEX_H

#include "host/arch/arch.h"
#include "host/source/kernel_index.h"
#include "host/source/package_scan.h"

/* The kernels of `arch` among the packages: no metapackages, debug or unsigned ones, and none whose linux-binary-* is
 * missing. */
void package_index_build(const struct package_scan *scan, const struct arch *arch, struct kernel_index *index);

#endif
