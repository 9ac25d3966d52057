/* SPDX-License-Identifier: BSD-2-Clause */
/* io: whole files and whole writes; nothing here keeps state. */
#ifndef COREMATRIX_BASE_IO_H
#define COREMATRIX_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* Write all `len` bytes, through short writes and EINTR. Returns 0 or a negative errno. */
int io_write_all(int fd, const void *bytes, size_t len);

/*
 * Append the whole file to `out`. A file longer than `max` bytes is refused with -EFBIG. Returns 0 or a negative errno,
 * with `err` (may be NULL) naming the path. /proc and /sys files, which say size 0, are read to their end.
 */
int io_read_file(const char *path, size_t max, struct buf *out, struct error *err);

/* Append what an open file has from its position on. -EFBIG when that is more than `max` bytes. */
int io_read_fd(int fd, size_t max, struct buf *out);

/*
 * Replace the file at `path` as a whole: written beside it (PATH.tmp.PID), fsynced, renamed. On failure nothing is left
 * and the old file stands. Returns 0 or a negative errno.
 */
int io_replace_file(const char *path, const void *bytes, size_t len, struct error *err);

/* mkdir -p. Returns 0 or a negative errno. */
int io_make_dirs(const char *path, struct error *err);

/* rm -rf, following no symbolic link. A path that does not exist is not an error. */
int io_remove_tree(const char *path, struct error *err);

/* Last component of a path; never NULL. */
const char *io_basename(const char *path);

/* Whether a name may stand in a path as it is: a letter or digit, then these and any of "._+~-". */
bool io_is_plain_name(const char *name);

#endif
