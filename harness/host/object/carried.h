/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carried: the BPF objects that a loader's files carry: embedded in the program or in a library (embedded.h), or
 * shipped beside it. It says where they are, for the guest has the files already, and takes them along as objects of
 * their own, which are predicted, with the modules that the loader's ini names, and never run.
 */
#ifndef COREMATRIX_HOST_OBJECT_CARRIED_H
#define COREMATRIX_HOST_OBJECT_CARRIED_H

#include "host/object/object.h"

/*
 * Find them in the files of `loader` (its bytes, wire/loader_pack.h): sets `loader->carried`, and adds a
 * SETTING_LOADER_OBJECT for each, in the same order. A file that is made to keep the search busy has none.
 */
void carried_find(struct object *loader);

/*
 * What is to be predicted of `list`: its objects, each loader followed by those that it carries. Views: free `at`
 * alone.
 */
struct object_list carried_with(const struct object_list *list);

#endif
