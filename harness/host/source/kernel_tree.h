/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_tree: a directory that has a kernel in it: the tree that one was built in (after make), or files laid out as a
 * package has them: boot/vmlinuz-RELEASE and lib/modules/RELEASE, or vmlinuz-RELEASE alone. It finds files by their
 * names, and never looks into them.
 */
#ifndef COREMATRIX_HOST_SOURCE_KERNEL_TREE_H
#define COREMATRIX_HOST_SOURCE_KERNEL_TREE_H

#include <stdbool.h>
#include <time.h>

#include "base/error.h"
#include "host/lib/strings.h"

bool kernel_tree_is(const char *path);

/*
 * The file of the kernel in a directory, or `path` itself when that is none; the caller frees it. A directory with none
 * or with several is a usage error that says which there are.
 */
int kernel_tree_image(const char *path, char **image, struct error *err);

/*
 * The files of modules in a directory: of those of `names` (as /proc/modules has them) it has for `release`, and the
 * list of what is built in. *newest is when the last of them was written, 0 without any.
 */
void kernel_tree_modules(const char *path, const char *release, const struct strings *names, struct strings *files,
                         time_t *newest);

#endif
