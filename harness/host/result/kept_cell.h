/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept_cell: a measured cell in a file of its own, with its logs, for later runs in which everything that decides it is
 * the same. What decides it is one hash, its key, which the file's name is. Pure but for kept_cell_read and
 * kept_cell_write.
 *
 * The file: a line "corematrix-kept/1 KEY SHA256 GROUP RESULT LOG KERNEL_LOG", the hash being that of all that follows
 * the line, GROUP a key or "-", the last three lengths in bytes; then a document of result_json with one kernel, one
 * object and one cell, and the two logs. A file that was cut, changed or renamed does not fit its line.
 */
#ifndef COREMATRIX_HOST_RESULT_KEPT_CELL_H
#define COREMATRIX_HOST_RESULT_KEPT_CELL_H

#include "base/buf.h"
#include "base/error.h"
#include "host/result/result.h"

/* Hexadecimal digits of a key. */
#define KEPT_KEY_LEN 64

struct kept_cell {
	char *key;
	char *group;      /* the key of all cells that it was judged with, "": it was judged by itself */
	struct result *r; /* its only cell says when it was measured */
	struct buf log, kernel_log;
};

/* Append the file's content; `r` has exactly one kernel, one object and one cell. 0 or a negative errno. */
int kept_cell_encode(const struct kept_cell *kept, struct buf *out, struct error *err);

/*
 * Read what kept_cell_encode wrote; `name` is what errors call it. -EINVAL for all that is not the whole entry of
 * `key`, saying how it is not. On success the caller frees it with kept_cell_free.
 */
int kept_cell_decode(const char *bytes, size_t len, const char *key, const char *name, struct kept_cell *kept,
                     struct error *err);

/* The entry of `key` in `directory`. -ENOENT when there is none; else as kept_cell_decode. */
int kept_cell_read(const char *directory, const char *key, struct kept_cell *kept, struct error *err);

/*
 * Put it there, whole or not at all, in place of one of the same key. Several may do so at once. It is not synced: what
 * a loss of power leaves of it does not fit its line. 0 or a negative errno.
 */
int kept_cell_write(const char *directory, const struct kept_cell *kept, struct error *err);

/*
 * Remove what processes that are gone were about to put in place: those of this machine, and of others what is older
 * than a day.
 */
void kept_cell_sweep(const char *directory);

void kept_cell_free(struct kept_cell *kept);
#define cleanup_kept_cell __attribute__((cleanup(kept_cell_free)))

#endif
