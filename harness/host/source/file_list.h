/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_list: kernels that are files at addresses, as builders leave them: vmlinuz-RELEASE, and where there are,
 * config-RELEASE and an archive modules-RELEASE.tar (compressed or not) with lib/modules/RELEASE in it. A file
 * NAME.sha256 says which, a line each as sha256sum prints it: HASH and the file's address or its path beside that list.
 * The hashes are what is trusted: no index is fetched.
 */
#ifndef COREMATRIX_HOST_SOURCE_FILE_LIST_H
#define COREMATRIX_HOST_SOURCE_FILE_LIST_H

#include "host/source/source.h"

/* Of all such sources: they differ in name, listing, directory and definition. */
extern const struct kernel_source file_list_source;

/*
 * The index that the text of a NAME.sha256 at `path` makes; what has no address is a file in `directory`. A line that
 * is none, and a list without a kernel, are usage errors that name `path`. Pure. The caller frees `index` after 0.
 */
int file_list_index(const char *text, const char *path, const char *directory, struct kernel_index *index,
                    struct error *err);

#endif
