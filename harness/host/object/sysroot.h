/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysroot: a directory with another system in it (a chroot, an unpacked package), whose files are meant as they are
 * seen from inside: absolute symbolic links, and those that lead up, stay below it. It reads files and runs none.
 */
#ifndef COREMATRIX_HOST_OBJECT_SYSROOT_H
#define COREMATRIX_HOST_OBJECT_SYSROOT_H

#include <stdbool.h>

#include "base/error.h"

struct sysroot {
	char *path; /* without symbolic links; NULL: this system itself, seen as it is */
	int fd;     /* of that directory, -1 */
};

/* `path` NULL: this system. Returns 0, or a usage error that names the directory. Close it in every case. */
int sysroot_open(struct sysroot *s, const char *path, struct error *err);
void sysroot_close(struct sysroot *s);

/* Open the file at `path`, absolute, for reading. Returns a descriptor or a negative errno. */
int sysroot_file(const struct sysroot *s, const char *path);

/*
 * What the file at `path`, absolute and of this system, is called inside; the caller's. NULL when it is not below the
 * directory, or there is none.
 */
char *sysroot_inside(const struct sysroot *s, const char *path);

#endif
