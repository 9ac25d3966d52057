/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_closure: files for an empty guest with all that they need to be started there: interpreters, libraries and
 * theirs, found as the dynamic linker would find them and without running anything. It reads files and writes none.
 */
#ifndef COREMATRIX_HOST_OBJECT_FILE_CLOSURE_H
#define COREMATRIX_HOST_OBJECT_FILE_CLOSURE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"
#include "host/object/sysroot.h"

struct closure_member; /* a file with an ELF inside */

struct file_closure {
	struct strings files;    /* absolute paths that they have in the guest, in the order they were added */
	struct strings searched; /* directories that the guest's linker has to be told of */
	struct buf pack;         /* the files (wire/loader_pack.h) */

	const struct arch *arch;
	struct sysroot sysroot; /* where libraries come from */
	char *directory;        /* the working directory */
	struct closure_member *members;
	size_t member_count;
	struct strings known;      /* names of libraries that are there already */
	struct strings configured; /* directories of ld.so.conf and the standard ones */
};

/*
 * An empty one, for guests of `arch`. Interpreters and libraries, and the ld.so.conf that says where they are, are
 * those below the directory `sysroot`; NULL: this system's. `conf` stands in place of /etc/ld.so.conf, NULL: that one.
 * Each function returns 0 or a negative errno, what is wrong with a file being a usage error that names it. Free it in
 * every case.
 */
int file_closure_open(struct file_closure *c, const struct arch *arch, const char *sysroot, const char *conf,
                      struct error *err);
void file_closure_free(struct file_closure *c);
#define cleanup_file_closure __attribute__((cleanup(file_closure_free)))

/* Take a file along as `to`, absolute; `said` is what messages call it. One that is there already stays. */
int file_closure_bytes(struct file_closure *c, const char *to, const char *said, const struct buf *bytes, mode_t mode,
                       struct error *err);

/*
 * The same of the regular file at `path`, which may be relative; `to` is NULL for that path, made absolute, and without
 * the directory of the other system for a file of that.
 */
int file_closure_file(struct file_closure *c, const char *path, const char *to, struct error *err);

/* Add what the files need; once, after all of them. */
int file_closure_finish(struct file_closure *c, struct error *err);

/* Read a regular file for it. */
int file_closure_read(const char *path, struct buf *bytes, mode_t *mode, struct error *err);

#endif
