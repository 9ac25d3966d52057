/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * archive_index: the kernels in the packages of an archive with Ubuntu's layout:
 *
 *   linux-image-RELEASE           boot/vmlinuz-RELEASE, signed; or linux-image-unsigned-RELEASE
 *   linux-modules-RELEASE         boot/config-RELEASE and modules; when there is none, both are in the image's package
 *   linux-modules-extra-RELEASE   modules for what servers rarely have
 *   linux-image-FLAVOUR           a metapackage: what a suite means by generic, aws, generic-hwe-24.04 …
 *
 * A kernel is named for its flavour, which its release ends in, and for each suite that has it: for the flavours of the
 * metapackages that mean it, and for its own where the suite has no such metapackage. Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_ARCHIVE_INDEX_H
#define COREMATRIX_HOST_SOURCE_ARCHIVE_INDEX_H

#include "host/source/kernel_index.h"
#include "host/source/package_scan.h"

void archive_index_build(const struct package_scan *scan, struct kernel_index *index);

/* Where the flavour begins in a release such as "6.8.0-45-generic"; its end when it has none. */
const char *archive_flavour(const char *release);

#endif
