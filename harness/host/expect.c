/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/expect.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"

/* One alternative of an expected text. */
struct alternative {
	enum verdict verdict;
	enum reject_class class; /* CLASS_NONE: any */
};

/* Take the alternative at `*at` and step past it and its `|`. Returns 0, 1 at the end, or -EINVAL. */
static int take_alternative(const char **at, struct alternative *a)
{
	size_t len = strcspn(*at, "|");
	cleanup_free char *word = xstrndup(*at, len);
	char *class = strchr(word, ':');
	int verdict, found = CLASS_NONE;

	if (!**at)
		return 1;
	if (class)
		*class ++ = '\0';
	verdict = verdict_parse(word);
	if (class)
		found = reject_class_parse(class);
	if (verdict < 0 || verdict == VERDICT_INFRA || (class && (verdict != VERDICT_REJECTED || found <= CLASS_NONE)))
		return -EINVAL;
	*a = (struct alternative){.verdict = (enum verdict)verdict, .class = (enum reject_class)found};
	*at += len;
	if (**at == '|')
		++*at;
	return 0;
}

static void list_classes(struct buf *out)
{
	for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++)
		buf_printf(out, "%s%s", c == CLASS_NONE + 1 ? "" : ", ", reject_class_name((enum reject_class)c));
}

int expect_check(const char *text, struct error *err)
{
	const char *at = text;
	struct alternative a;
	cleanup_buf struct buf classes = {0};
	size_t len = strlen(text);
	int rc;

	if (!len || text[len - 1] == '|')
		return error_usage(
		        err, "a verdict is missing%s; give pass, degraded, wrong, silent, rejected or rejected:CLASS",
		        len ? " after the last |" : "");
	while ((rc = take_alternative(&at, &a)) == 0)
		;
	if (rc == 1)
		return 0;
	if (strncmp(at, "infra", strcspn(at, "|")) == 0 && *at != '|')
		return error_usage(err, "infra cannot be expected: it means that nothing was measured");
	list_classes(&classes);
	return error_usage(err,
	                   "\"%.*s\" is no verdict; give pass, degraded, wrong, silent, rejected or rejected:CLASS, "
	                   "with CLASS one of %s",
	                   (int)strcspn(at, "|"), at, buf_str(&classes));
}

bool expect_matches(const char *text, enum verdict v, enum reject_class c)
{
	struct alternative a;

	if (v == VERDICT_INFRA)
		return false;
	while (take_alternative(&text, &a) == 0) {
		if (a.verdict == v && (a.class == CLASS_NONE || a.class == c))
			return true;
	}
	return false;
}

bool expect_accepts_pass(const char *text)
{
	return expect_matches(text, VERDICT_PASS, CLASS_NONE);
}

/* Order of a kernel's release and the rule's "major.minor", or an error when the release has no such form. */
static int compare_release(const struct expect_rule *rule, const char *release, int *order, struct error *err)
{
	unsigned major, minor, rule_major, rule_minor;

	if (version_parse(release, &major, &minor) || version_parse(rule->argument, &rule_major, &rule_minor))
		return error_set(
		        err, EINVAL,
		        "line %u: \"%s\" cannot be told for release \"%s\", which does not start with major.minor",
		        rule->line, rule->condition, release);
	*order = major != rule_major ? (major < rule_major ? -1 : 1) : (minor > rule_minor) - (minor < rule_minor);
	return 0;
}

static int ask_types(const struct expect_rule *rule, const struct expect_kernel *k, expect_ask ask, void *ctx,
                     struct error *err)
{
	int answer = ask ? ask(ctx, expect_condition_name(rule->kind), rule->argument) : -ENOSYS;

	if (answer < 0)
		return error_set(err, -answer, "line %u: whether \"%s\" holds on kernel %s cannot be told: %s",
		                 rule->line, rule->condition, k->id, strerror(-answer));
	return answer != 0;
}

/* 1 when the rule's condition holds on `k`, 0 when not, negative errno with `err` when it cannot be told. */
static int rule_holds(const struct expect_rule *rule, const struct expect_kernel *k, expect_ask ask, void *ctx,
                      struct error *err)
{
	int order = 0;

	switch (rule->kind) {
	case EXPECT_KERNEL:
		return fnmatch(rule->argument, k->id, 0) == 0 || fnmatch(rule->argument, k->release, 0) == 0;
	case EXPECT_SINCE:
	case EXPECT_BEFORE:
		if (compare_release(rule, k->release, &order, err))
			return -EINVAL;
		return rule->kind == EXPECT_SINCE ? order >= 0 : order < 0;
	case EXPECT_MOVED:
	case EXPECT_MISSING:
	case EXPECT_EXISTS:
		return ask_types(rule, k, ask, ctx, err);
	default:
		return 0; /* `default` is what is left when no condition holds */
	}
}

int expect_verdict(const struct object_ini *ini, const struct expect_kernel *k, expect_ask ask, void *ctx, char **text,
                   struct error *err)
{
	const char *fallback = verdict_name(VERDICT_PASS);

	*text = NULL;
	for (size_t i = ini ? ini->rule_count : 0; i-- > 0;) {
		const struct expect_rule *rule = &ini->rules[i];
		int holds = rule_holds(rule, k, ask, ctx, err);

		if (holds < 0)
			return holds;
		if (holds) {
			*text = xstrdup(rule->verdict);
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
