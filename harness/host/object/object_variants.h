/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_variants: the objects of a run, each followed by its variants: the same bytes under other settings, as the
 * sections [variant NAME] of its ini say (variant_section.h), called OBJECT+NAME in the results.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_VARIANTS_H
#define COREMATRIX_HOST_OBJECT_OBJECT_VARIANTS_H

#include "base/error.h"
#include "host/object/object.h"

/* The option of `corematrix run` that chooses variants. */
#define OBJECT_VARIANTS_OPTION "--variant"

/*
 * Put the variants of each object into the list, behind it. With `glob` only those whose name matches stay, where
 * "plain" is the object without one; NULL: all. None that matches, and a name that two of the list would have, are
 * usage errors.
 */
int object_list_vary(struct object_list *list, const char *glob, struct error *err);

#endif
