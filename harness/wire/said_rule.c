/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/said_rule.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char because[] = " because ";

bool said_rule_parse(const char *text, struct said_rule *rule, struct buf *why)
{
	const char *at = strstr(text, because);
	size_t len = at ? (size_t)(at - text) : 0;

	*rule = (struct said_rule){0};
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (!len || !at[sizeof(because) - 1]) {
		buf_printf(why, "\"%s\" does not say what is allowed and why; give PATTERN because REASON", text);
		return false;
	}
	if (strspn(text, "*? ") >= len) {
		buf_printf(why, "\"%.*s\" allows every line; name words of the one that is meant", (int)len, text);
		return false;
	}
	rule->pattern = xstrndup(text, len);
	rule->reason = xstrdup(at + sizeof(because) - 1);
	return true;
}

bool said_rule_matches(const struct said_rule *rule, const char *line)
{
	cleanup_free char *anywhere = xasprintf("*%s*", rule->pattern);

	return !fnmatch(anywhere, line, 0);
}

struct said_rule said_rule_copy(const struct said_rule *rule)
{
	return (struct said_rule){.pattern = rule->pattern ? xstrdup(rule->pattern) : NULL,
	                          .reason = rule->reason ? xstrdup(rule->reason) : NULL,
	                          .expected = rule->expected};
}

void said_rule_free(struct said_rule *rule)
{
	free(rule->pattern);
	free(rule->reason);
	*rule = (struct said_rule){0};
}
