/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debian: Debian's kernels as a source: what rows say of them, the flavours they come in, which of them a row
 * means, and the index of them. apt.h brings what is on the mirror.
 */
#ifndef COREMATRIX_HOST_SOURCE_DEBIAN_H
#define COREMATRIX_HOST_SOURCE_DEBIAN_H

#include "host/source/source.h"

extern const struct kernel_source debian_source;

/* The flavour of a kernel of `arch` by how its release ends: "cloud"; NULL when it is none of that one's. */
const char *debian_flavour(const struct arch *arch, const char *release);

#endif
