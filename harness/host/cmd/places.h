/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places: where the program finds what nobody named on its command line: the list of kernels, the store, and the
 * same program with another libbpf. In a checkout, and in any directory that has them, these are ./kernels.txt and
 * ./images; an installed program falls back to the list that came with it and to the user's cache. It only looks: it
 * makes and reads nothing.
 */
#ifndef COREMATRIX_HOST_CMD_PLACES_H
#define COREMATRIX_HOST_CMD_PLACES_H

#include "base/error.h"

/*
 * "kernels.txt" where that file exists, else ../share/corematrix/kernels.txt as seen from the program's own directory
 * where that exists, else "kernels.txt". Valid to the end of the program.
 */
const char *places_list(void);

/*
 * "images" where that directory exists, else $XDG_CACHE_HOME/corematrix, where that variable holds an absolute path
 * (XDG Base Directory Specification), else ~/.cache/corematrix, and "images" for who has no home. Valid to the end of
 * the program.
 */
const char *places_store(void);

/*
 * The program that is linked with this libbpf ("1.1.2"): libbpf/1.1.2/corematrix in the directory of this program, as
 * `make libbpf` builds it, else ../lib/corematrix/libbpf/1.1.2/corematrix, where it is installed. Returns 0, with a
 * `*path` that the caller frees, or a usage error that says what there is, and what builds it.
 */
int places_libbpf(const char *libbpf, char **path, struct error *err);

/* The list at `path` is about to be changed: a usage error when it is the one that was installed. */
int places_check_own(const char *path, struct error *err);

#endif
