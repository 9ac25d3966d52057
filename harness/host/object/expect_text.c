/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/expect_text.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"

#define FORMS "give pass, degraded, unproven, wrong, silent, silent:SUBJECT, rejected or rejected:CLASS"

/* One alternative of an expected text. */
struct alternative {
	enum verdict verdict;
	enum reject_class class; /* CLASS_NONE: any */
	const char *subjects;    /* of VERDICT_SILENT, in the text; NULL: any */
	size_t subjects_len;
};

/* "exec-thread", or several with a plus between them. */
static bool names_subjects(const char *text)
{
	bool after_name = false;

	for (; *text; text++) {
		if (*text == '+' ? !after_name
		                 : !islower((unsigned char)*text) && !isdigit((unsigned char)*text) && *text != '-')
			return false;
		after_name = *text != '+';
	}
	return after_name;
}

/* What may follow the colon. */
static bool take_detail(const char *at, const char *detail, struct alternative *a)
{
	int class = a->verdict == VERDICT_REJECTED ? reject_class_parse(detail) : CLASS_NONE;

	if (a->verdict == VERDICT_SILENT && names_subjects(detail)) {
		a->subjects = strchr(at, ':') + 1;
		a->subjects_len = strlen(detail);
		return true;
	}
	a->class = class > CLASS_NONE ? (enum reject_class) class : CLASS_NONE;
	return a->class != CLASS_NONE;
}

/* Take the alternative at `*at` and step past it and its `|`. Returns 0, 1 at the end, or -EINVAL. */
static int take_alternative(const char **at, struct alternative *a)
{
	size_t len = strcspn(*at, "|");
	cleanup_free char *word = xstrndup(*at, len);
	char *detail = strchr(word, ':');
	int verdict;

	if (!**at)
		return 1;
	if (detail)
		*detail++ = '\0';
	verdict = verdict_parse(word);
	*a = (struct alternative){.verdict = (enum verdict)verdict};
	if (verdict < 0 || verdict == VERDICT_INFRA || (detail && !take_detail(*at, detail, a)))
		return -EINVAL;
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
		return error_usage(err, "a verdict is missing%s; " FORMS, len ? " after the last |" : "");
	while ((rc = take_alternative(&at, &a)) == 0)
		;
	if (rc == 1)
		return 0;
	if (strncmp(at, "infra", strcspn(at, "|")) == 0 && *at != '|')
		return error_usage(err, "infra cannot be expected: it means that nothing was measured");
	list_classes(&classes);
	return error_usage(err, "\"%.*s\" is not a verdict; " FORMS ", with CLASS one of %s", (int)strcspn(at, "|"), at,
	                   buf_str(&classes));
}

static bool alternative_matches(const struct alternative *a, enum verdict v, enum reject_class c, const char *missing)
{
	if (a->verdict != v || (a->class != CLASS_NONE && a->class != c))
		return false;
	return !a->subjects || (strlen(missing) == a->subjects_len && !memcmp(missing, a->subjects, a->subjects_len));
}

bool expect_matches(const char *text, enum verdict v, enum reject_class c, const char *missing)
{
	struct alternative a;

	if (v == VERDICT_INFRA)
		return false;
	while (take_alternative(&text, &a) == 0) {
		if (alternative_matches(&a, v, c, missing))
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
	return expect_matches(text, VERDICT_PASS, CLASS_NONE, "");
}
