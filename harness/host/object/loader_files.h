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
#include "host/lib/strings.h"
#include "host/object/object.h"

struct loader_request {
	const struct arch *arch; /* of the guests */
	const char *program;     /* as the user named it */
	char *const *arguments;
	size_t argument_count;
	char *const *extra; /* more files to take along, at their own paths */
	size_t extra_count;
	unsigned seconds; /* how long it may run before it is stopped, 0: the agent's default */
	const char *conf; /* in place of /etc/ld.so.conf; NULL: that one */
};

struct loader_files {
	char *program;           /* absolute, without symbolic links: the path it has in the guest */
	struct strings files;    /* absolute paths; the program is the first */
	struct strings searched; /* directories that the guest's linker has to be told of */
	struct buf pack;         /* the files (wire/loader_pack.h) */
};

/*
 * Collect the files. Returns 0, or a negative errno (error_usage) naming the file and what it lacks. Free with
 * loader_files_free in every case.
 */
int loader_files_collect(const struct loader_request *request, struct loader_files *out, struct error *err);
void loader_files_free(struct loader_files *s);
#define cleanup_loader_files __attribute__((cleanup(loader_files_free)))

/*
 * Make a list of one object of it: named for the program, with expectations from PROGRAM.ini where there is one. Free
 * the list with object_list_free in every case.
 */
int loader_files_object(const struct loader_request *request, struct object_list *list, struct error *err);

#endif
