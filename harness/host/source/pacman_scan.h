/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pacman_scan: the kernels in a list of a repository of pacman's packages (REPOSITORY.files, which repo-add(8) writes):
 * an archive with NAME-VERSION/desc and NAME-VERSION/files of each package. A kernel's package is one that has
 * (usr/)lib/modules/RELEASE/vmlinuz; its configuration is in the one that has lib/modules/RELEASE/build/.config.
 */
#ifndef COREMATRIX_HOST_SOURCE_PACMAN_SCAN_H
#define COREMATRIX_HOST_SOURCE_PACMAN_SCAN_H

#include "host/source/kernel_index.h"

/*
 * Append to `index` the kernels that the list in the open file `fd` has for `arch`, as uname -m has it; their packages
 * are at `server`, `repository` is the first word of rows. A list comes from anywhere: it is read in a worker in jail.
 * Errors name it by `name`. Returns 0 or a negative errno, and then has appended nothing.
 */
int pacman_scan(int fd, const char *name, const char *server, const char *repository, const char *arch,
                struct kernel_index *index, struct error *err);

#endif
