/* SPDX-License-Identifier: BSD-2-Clause */
/* version: how versions of packages and releases of kernels order. */
#ifndef COREMATRIX_BASE_VERSION_H
#define COREMATRIX_BASE_VERSION_H

/*
 * Order of two versions ([epoch:]upstream[-revision]; `~` sorts before the end of a part), as deb-version(7) defines
 * it. Kernel releases ("6.1.0-52-cloud-amd64") order sensibly under it too. Returns <0, 0 or >0.
 */
int version_compare(const char *a, const char *b);

/*
 * Numeric "major.minor" at the start of `text`. Returns 0 and fills both, or -EINVAL when `text` does not start so.
 */
int version_parse(const char *text, unsigned *major, unsigned *minor);

#endif
