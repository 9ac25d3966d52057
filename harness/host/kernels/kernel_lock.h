/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_lock: images/kernels.lock as a value: what each row resolved to. One line per row, columns parted by one
 * space, "-" for none, sorted by id, so that equal inputs give equal bytes and a difference reads well:
 *
 *   id package version release sha256-of-package sha256-of-vmlinux spec
 *
 * The spec is last because a path may hold spaces. Pure but for reading.
 */
#ifndef COREMATRIX_HOST_KERNELS_KERNEL_LOCK_H
#define COREMATRIX_HOST_KERNELS_KERNEL_LOCK_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct lock_line {
	char *id;
	char *package, *version; /* "" for a user's file */
	char *release;
	char *package_sha256; /* of the user's file when it is one */
	char *image_sha256;
	char *spec; /* kernel_row_spec */
};

struct kernel_lock {
	struct lock_line *lines;
	size_t count;
};

/* A file that is not there gives an empty lock; -EINVAL (environment) when a line is not as above. */
int kernel_lock_read(const char *path, struct kernel_lock *lock, struct error *err);
void kernel_lock_write(const struct kernel_lock *lock, struct buf *out);

/* The line of a row, or NULL. */
const struct lock_line *kernel_lock_find(const struct kernel_lock *lock, const char *id);
/* Add a line, or replace the one of the same id; the strings are copied. */
void kernel_lock_set(struct kernel_lock *lock, const struct lock_line *line);
void kernel_lock_remove(struct kernel_lock *lock, const char *id);

void kernel_lock_free(struct kernel_lock *lock);
#define cleanup_kernel_lock __attribute__((cleanup(kernel_lock_free)))

#endif
