/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_paths: what the OBJECT arguments of a command stand for: files, directories and patterns become paths of
 * files. It looks at names and at the first bytes of `*.o`; reading objects is object's business.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_PATHS_H
#define COREMATRIX_HOST_OBJECT_OBJECT_PATHS_H

#include <stddef.h>

#include "base/error.h"
#include "host/lib/strings.h"

/*
 * Append the files that `args` stand for, in their order:
 *   - a directory: every *.bpf.o below it, and every *.o that is a BPF object, sorted by path; links to files are
 *     followed, links to directories are not;
 *   - a pattern (glob(7)) that is not itself the name of a file: the directories and ELF files it matches, sorted;
 *   - anything else as it is, whether it exists or not.
 * A directory or pattern that stands for nothing is error_usage.
 */
int object_paths_expand(char *const *args, size_t count, struct strings *paths, struct error *err);

#endif
