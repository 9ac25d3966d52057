/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach_target: a program of the harness's own whose functions an object's freplace programs take the place of: XDP on
 * the loopback, which calls each of them with its context and lets packets pass. Made before the object is loaded, for
 * the kernel checks a replacement against what it replaces.
 */
#ifndef COREMATRIX_AGENT_ATTACH_ATTACH_TARGET_H
#define COREMATRIX_AGENT_ATTACH_ATTACH_TARGET_H

#include <bpf/libbpf.h>

#include "base/error.h"

struct attach_target;

/* What the ini says; `function` may be NULL. */
struct attach_target_name {
	const char *program, *function;
};

/*
 * For the programs of `obj`, opened and not loaded, that replace a function: `*out` is NULL when there are none, or all
 * have been given a target already. Functions have the names that the sections say, or `names`. Returns 0 or a negative
 * errno.
 */
int attach_target_make(struct bpf_object *obj, const struct attach_target_name *names, size_t count,
                       struct attach_target **out, struct error *err);

/* Put it where packets pass; returns 0 or a negative errno. */
int attach_target_attach(struct attach_target *t, struct error *err);

/* Take it away again. NULL is nothing. */
void attach_target_free(struct attach_target *t);

#endif
