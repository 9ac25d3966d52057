/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expect_rule: the grammar of [expect] in an object's ini (object_ini.h): one line becomes one rule. Pure; whether a
 * rule's condition holds on a kernel is expect's business.
 */
#ifndef COREMATRIX_HOST_OBJECT_EXPECT_RULE_H
#define COREMATRIX_HOST_OBJECT_EXPECT_RULE_H

#include <stdbool.h>

#include "host/arch/arch.h"
#include "host/lib/strings.h"

enum expect_condition {
	EXPECT_DEFAULT,
	EXPECT_MOVED,
	EXPECT_MISSING,
	EXPECT_EXISTS,
	EXPECT_KERNEL,
	EXPECT_SINCE,
	EXPECT_BEFORE,
	EXPECT_LIBBPF,
	EXPECT_ARCH,
	EXPECT_CONDITION_COUNT,
};

struct expect_rule {
	enum expect_condition kind;
	char *condition;         /* as written, single spaces: "moved task_struct.comm" */
	char *argument;          /* "task_struct.comm"; "" for default and arch */
	const struct arch *arch; /* whose kernels it is for; NULL: any */
	char *verdict;           /* "pass", "rejected:relocation", "degraded|pass" */
	unsigned line;
};

/*
 * Read `name = value`. Returns true with `rule` filled but for its line, to be freed with expect_rule_free; or false
 * with what is wrong, and what would be right, added to `mistakes`.
 */
bool expect_rule_parse(const char *name, const char *value, struct expect_rule *rule, struct strings *mistakes);
void expect_rule_free(struct expect_rule *rule);

/* The word a condition starts with: "moved". */
const char *expect_condition_name(enum expect_condition c);

#endif
