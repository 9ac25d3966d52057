/* SPDX-License-Identifier: BSD-2-Clause */
/* pack_files: files put into one archive, as unpack.h reads it, for a jailed worker that may open none itself. */
#ifndef COREMATRIX_HOST_LIB_PACK_FILES_H
#define COREMATRIX_HOST_LIB_PACK_FILES_H

#include "base/error.h"
#include "host/lib/strings.h"

/*
 * Write the files at `paths` to an archive (tar, not compressed) at `to`, each as DIRECTORY/ and its own name. A file
 * of more than `max` bytes is a usage error.
 */
int pack_files(const struct strings *paths, const char *directory, size_t max, const char *to, struct error *err);

#endif
