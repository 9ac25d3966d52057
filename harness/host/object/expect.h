/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expect: which verdict is expected of one object on one kernel. Pure: what a kernel's types look like it asks the
 * caller.
 *
 * Expected text: alternatives joined by `|`, each "pass", "degraded", "unproven", "wrong", "silent", "rejected" (any
 * class) or "rejected:CLASS". `infra` cannot be expected.
 */
#ifndef COREMATRIX_HOST_OBJECT_EXPECT_H
#define COREMATRIX_HOST_OBJECT_EXPECT_H

#include <stddef.h>

#include "base/error.h"
#include "host/object/object_ini.h"
#include "wire/terms.h"

/* Of an object of which nothing is expected: a guard is good practice, and what cannot be compared is no fault. */
#define EXPECT_ANY_GOOD "pass|degraded|unproven"

struct expect_kernel {
	const char *id, *release;
	const struct arch *arch; /* NULL: not known, and taken for the usual one */
	const char *row;         /* what its row of the list expects of every object, "" */
	const char *libbpf;      /* version of the one that loads the object; NULL: not known */
};

/*
 * Answers whether the condition of rule number `rule` of the ini holds, which is about a type or field: "moved",
 * "exists" or "missing" of "task_struct.comm". Returns 1 for yes, 0 for no, a negative errno when it cannot tell.
 */
typedef int (*expect_ask)(void *ctx, size_t rule);

/*
 * What is expected on `k` of an object with `ini` (NULL: no ini): what the kernel's row says; else the last rule that
 * holds decides, then `default`, then pass; without a section [expect] whatever is no failure: EXPECT_ANY_GOOD. `ask`
 * may be NULL when the ini asks nothing about types. Returns 0 with `*text` the caller's, or a negative errno with
 * `err` naming the ini's line when a condition cannot be decided.
 */
int expect_verdict(const struct object_ini *ini, const struct expect_kernel *k, expect_ask ask, void *ctx, char **text,
                   struct error *err);

#endif
