/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/expect.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"

/* Order of a kernel's release, or a libbpf, and the rule's "major.minor"; an error when it has no such form. */
static int compare_version(const struct expect_rule *rule, const char *what, const char *version, const char *with,
                           int *order, struct error *err)
{
	unsigned major, minor, rule_major, rule_minor;

	if (!version || version_parse(version, &major, &minor) || version_parse(with, &rule_major, &rule_minor))
		return error_set(
		        err, EINVAL,
		        "line %u: \"%s\" cannot be decided for %s \"%s\", which does not start with major.minor",
		        rule->line, rule->condition, what, version ? version : "");
	*order = major != rule_major ? (major < rule_major ? -1 : 1) : (minor > rule_minor) - (minor < rule_minor);
	return 0;
}

static int ask_types(const struct object_ini *ini, size_t number, const struct expect_kernel *k, expect_ask ask,
                     void *ctx, struct error *err)
{
	const struct expect_rule *rule = &ini->rules[number];
	int answer = ask ? ask(ctx, number) : -ENOSYS;

	if (answer < 0)
		return error_set(err, -answer, "line %u: cannot decide whether \"%s\" holds on kernel %s: %s",
		                 rule->line, rule->condition, k->id, strerror(-answer));
	return answer != 0;
}

/* 1 when the condition of rule `number` holds on `k`, 0 when not, negative errno with `err` when it cannot be decided.
 */
static int rule_holds(const struct object_ini *ini, size_t number, const struct expect_kernel *k, expect_ask ask,
                      void *ctx, struct error *err)
{
	const struct expect_rule *rule = &ini->rules[number];
	int order = 0;

	if (rule->arch && rule->arch != (k->arch ? k->arch : arch_default()))
		return 0;
	switch (rule->kind) {
	case EXPECT_ARCH:
		return 1;
	case EXPECT_KERNEL:
		return fnmatch(rule->argument, k->id, 0) == 0 || fnmatch(rule->argument, k->release, 0) == 0;
	case EXPECT_SINCE:
	case EXPECT_BEFORE:
		if (compare_version(rule, "release", k->release, rule->argument, &order, err))
			return -EINVAL;
		return rule->kind == EXPECT_SINCE ? order >= 0 : order < 0;
	case EXPECT_LIBBPF:
		if (compare_version(rule, "libbpf", k->libbpf, strchr(rule->argument, ' ') + 1, &order, err))
			return -EINVAL;
		return *rule->argument == 's' ? order >= 0 : order < 0;
	case EXPECT_MOVED:
	case EXPECT_MISSING:
	case EXPECT_EXISTS:
		return ask_types(ini, number, k, ask, ctx, err);
	default:
		return 0; /* `default` is what is left when no condition holds */
	}
}

int expect_verdict(const struct object_ini *ini, const struct expect_kernel *k, expect_ask ask, void *ctx, char **text,
                   struct error *err)
{
	const char *fallback = ini && ini->expects ? verdict_name(VERDICT_PASS) : EXPECT_ANY_GOOD;

	*text = *k->row ? xstrdup(k->row) : NULL;
	if (*text)
		return 0;
	for (size_t i = ini ? ini->rule_count : 0; i-- > 0;) {
		int holds = rule_holds(ini, i, k, ask, ctx, err);

		if (holds < 0)
			return holds;
		if (holds) {
			*text = xstrdup(ini->rules[i].verdict);
			return 0;
		}
	}
	for (size_t i = 0; ini && i < ini->rule_count; i++) {
		if (ini->rules[i].kind == EXPECT_DEFAULT)
			fallback = ini->rules[i].verdict;
	}
	*text = xstrdup(fallback);
	return 0;
}
