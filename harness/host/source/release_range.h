/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * release_range: the kernels that a source has between two others of the same flavour. Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_RELEASE_RANGE_H
#define COREMATRIX_HOST_SOURCE_RELEASE_RANGE_H

#include "base/error.h"
#include "host/lib/strings.h"
#include "host/source/source.h"

/* A kernel by its release and, when it is known, by the version of its package ("" otherwise). */
struct release_point {
	const char *release, *version;
};

/*
 * Append the releases strictly between `from` and `to`, in that direction, one for each version of the kernel's authors
 * (packages of the same one differ in nothing that matters here). -EINVAL (usage) when the two are of different
 * flavours, are the same version, or when a version is not known and the index does not have the release either.
 */
int release_range(const struct kernel_source *source, const struct kernel_index *index, struct release_point from,
                  struct release_point to, struct strings *between, struct error *err);

#endif
