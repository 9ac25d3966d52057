/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_arch: the files of an object that are for kernels of one architecture. NAME.ARCH.bpf.o beside NAME.bpf.o, ARCH
 * as dpkg says it, is what such kernels are given of the object NAME; all others are given the same bytes. The ini, the
 * name and everything else of the object stay what they are.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_ARCH_H
#define COREMATRIX_HOST_OBJECT_OBJECT_ARCH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"

struct object;

struct object_file {
	char *path, *sha256;
	struct buf bytes;
	struct strings modules; /* as those of struct object */
};

/* What kernels of an architecture are given of an object; borrowed from the object. */
struct object_given {
	const char *path, *sha256;
	const struct buf *bytes;
	const struct strings *modules;
	bool own; /* a file of that architecture, and not the usual one */
};

/* `arch` NULL: the usual one. */
struct object_given object_given(const struct object *o, const struct arch *arch);

/* The path of the object whose file for an architecture `path` is by its name; the caller's. NULL: by its name none. */
char *object_arch_whole(const char *path);

/* Whether `path` is such a file of an object that is there, and so none of its own. */
bool object_arch_is_part(const char *path);

/*
 * Read those that are beside the object at `path` into `files`, which has ARCH_MAX entries, by arch_index; NULL stays
 * where there is none. A file that is no object, or of a byte order that the architecture's kernels do not load, is a
 * usage error. Free with object_arch_free in every case.
 */
int object_arch_read(const char *path, struct object_file **files, struct error *err);

/* Write them as DIR/NAME.ARCH.bpf.o. */
int object_arch_write(struct object_file *const *files, const char *dir, const char *name, struct error *err);

void object_arch_copy(struct object_file **to, struct object_file *const *from);
void object_arch_free(struct object_file **files);

#endif
