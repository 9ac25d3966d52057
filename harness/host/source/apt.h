/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt: the index of Debian's kernel packages, and the packages themselves, through the machine's own apt. It owns
 * images/apt/: apt runs with its state, cache and sources there, so no root is needed and the system's apt is left
 * alone, while proxies and other settings of /etc/apt/apt.conf.d keep working. apt checks the archive's signature when
 * the index is read, and a package's hash against that index. store.h calls it; only here is the network touched.
 */
#ifndef COREMATRIX_HOST_SOURCE_APT_H
#define COREMATRIX_HOST_SOURCE_APT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/source/package_index.h"

/*
 * Bring the index of kernel packages up to date: DIR/kernels.index, from all suites of the mirror. `mirror` overrides
 * the one that the system's apt uses (NULL: $DEBIAN_MIRROR, else the system's). Sources that could not be read become
 * gaps; none at all is an error. Fills `index`.
 */
int apt_update(const char *dir, const char *mirror, struct package_index *index, struct error *err);

/*
 * Read DIR/kernels.index. -ENOENT when there is none, it is damaged, or it is of another mirror than `mirror` (as
 * above) asks for. *age_s is how old it is.
 */
int apt_index_read(const char *dir, const char *mirror, struct package_index *index, long *age_s, struct error *err);

/* Fetch one package to `target` (beside which apt may keep a partial file). -ENOENT when the mirror has it no more. */
int apt_fetch(const struct package_ref *ref, const char *target, struct error *err);

#endif
