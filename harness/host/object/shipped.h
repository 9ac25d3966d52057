/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shipped: files of user space that come into a guest: those that the user names (--ship), and what probes of objects
 * are for as far as it is at hand, the release's libc with a program that calls it, and bash. It decides what comes
 * along; file_closure finds what that needs.
 */
#ifndef COREMATRIX_HOST_OBJECT_SHIPPED_H
#define COREMATRIX_HOST_OBJECT_SHIPPED_H

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"
#include "host/object/file_closure.h"
#include "host/object/object.h"

/* FILE, at its own path, or FILE=/PATH/IN/GUEST. */
int shipped_add(struct file_closure *c, const char *named, struct error *err);

/*
 * All files for `objects`, in `pack`, which stays empty when there are none. Objects without a command of their own
 * that hook a program that comes along get one that runs it. Libraries, libc among them, are those below `sysroot`,
 * NULL: this system's. Returns 0, or a negative errno: a usage error for a file that the user named.
 */
int shipped_collect(const struct arch *arch, const char *sysroot, struct object_list *objects,
                    const struct strings *named, struct buf *pack, struct error *err);

/* Whether guests of `arch` can run what this machine has: the others are given none of it. */
bool shipped_fits(const struct arch *arch);

/* Whether a guest needs the files for this object. */
bool shipped_is_for(const struct object *o);

#endif
