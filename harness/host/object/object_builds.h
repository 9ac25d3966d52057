/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_builds: several builds of the same objects, by other compilers or with other flags. Each build has a label,
 * and its objects are called NAME@LABEL in the results, where they stand side by side.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_BUILDS_H
#define COREMATRIX_HOST_OBJECT_OBJECT_BUILDS_H

#include "base/error.h"
#include "host/lib/strings.h"
#include "host/object/object.h"

/* The option of `corematrix run` by which a build is named. */
#define OBJECT_BUILDS_OPTION "--build"

/*
 * Append LABEL=PATH to `builds` for each directory in `directory` that holds objects, named for it, in the order of the
 * versions in their names. A directory without such ones is a usage error.
 */
int object_builds_find(const char *directory, struct strings *builds, struct error *err);

/*
 * Read the builds, LABEL=PATH each, where PATH is what an OBJECT may be (object_paths.h), and append their objects to
 * the list: each followed by its other builds, in the order of `builds`. Objects of the same name are builds of one; so
 * are those of builds with one object each, whatever they are called, and the first names them all. An object without
 * an ini of its own has that of the first of its builds with one. Mistakes are usage errors.
 */
int object_builds_read(const struct strings *builds, struct object_list *list, struct error *err);

/* What a command line names: object_list_read, and the builds after it. No object is needed where there are builds. */
int object_list_read_all(char *const *paths, size_t count, const struct strings *builds, struct object_list *list,
                         struct error *err);

#endif
