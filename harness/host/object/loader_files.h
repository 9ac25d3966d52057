/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_files: all files that a loader (a program of the user's that loads its own BPF) needs to run in an empty
 * guest: itself, its interpreter, its libraries and theirs, found as the dynamic linker would find them and without
 * running anything, and what the user adds. It reads files and writes none.
 */
#ifndef COREMATRIX_HOST_OBJECT_LOADER_FILES_H
#define COREMATRIX_HOST_OBJECT_LOADER_FILES_H

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/object/file_closure.h"
#include "host/object/object.h"

struct loader_request {
	const struct arch *arch; /* of the guests */
	const char *program;     /* as the user named it */
	char *const *arguments;
	size_t argument_count;
	char *const *extra; /* more files to take along (shipped.h) */
	size_t extra_count;
	unsigned seconds;    /* how long it may run before it is stopped, 0: the agent's default */
	const char *sysroot; /* the directory that libraries come from; NULL: this system */
	const char *conf;    /* in place of /etc/ld.so.conf; NULL: that one */
};

/*
 * Collect the files: the program is the first, by its path without symbolic links, which it has in the guest too.
 * Returns 0, or a negative errno (error_usage) naming the file and what it lacks. Free with file_closure_free in every
 * case.
 */
int loader_files_collect(const struct loader_request *request, struct file_closure *out, struct error *err);

/*
 * Make a list of one object of it: named for the program, with expectations from PROGRAM.ini where there is one. Free
 * the list with object_list_free in every case.
 */
int loader_files_object(const struct loader_request *request, struct object_list *list, struct error *err);

#endif
