/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/expect_text.h"

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
		        err,
		        "a verdict is missing%s; give pass, degraded, unproven, wrong, silent, rejected or rejected:CLASS",
		        len ? " after the last |" : "");
	while ((rc = take_alternative(&at, &a)) == 0)
		;
	if (rc == 1)
		return 0;
	if (strncmp(at, "infra", strcspn(at, "|")) == 0 && *at != '|')
		return error_usage(err, "infra cannot be expected: it means that nothing was measured");
	list_classes(&classes);
	return error_usage(
	        err,
	        "\"%.*s\" is not a verdict; give pass, degraded, unproven, wrong, silent, rejected or rejected:CLASS, with CLASS one of %s",
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

bool expect_lacks_evidence(enum verdict v, enum evidence has, enum evidence required)
{
	return (v == VERDICT_PASS || v == VERDICT_DEGRADED || v == VERDICT_UNPROVEN) && has < required;
}

bool expect_accepts_pass(const char *text)
{
	return expect_matches(text, VERDICT_PASS, CLASS_NONE);
}
