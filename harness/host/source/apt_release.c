/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/apt_release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* The value of "FIELD: value" at the beginning of a line, or NULL; the caller frees it. */
static char *value_of(const char *text, const char *field)
{
	size_t len = strlen(field);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, field, len) && !strncmp(line + len, ": ", 2))
			return xstrndup(line + len + 2, strcspn(line + len + 2, "\r\n"));
	return NULL;
}

/* "Fri, 06 Nov 2026 08:08:01 UTC", whatever the locale. */
static bool date_parse(const char *text, struct tm *tm)
{
	char month[4];

	*tm = (struct tm){0};
	if (!text || sscanf(text, "%*3s, %d %3s %d %d:%d:%d UTC", &tm->tm_mday, month, &tm->tm_year, &tm->tm_hour,
	                    &tm->tm_min, &tm->tm_sec) != 6)
		return false;
	for (int i = 0; i < 12; i++) {
		if (strcmp(months[i], month))
			continue;
		tm->tm_mon = i;
		tm->tm_year -= 1900;
		return true;
	}
	return false;
}

void apt_release_add_old(const char *suite, const char *text, time_t now, struct buf *old)
{
	cleanup_free char *date = value_of(text, "Date"), *valid = value_of(text, "Valid-Until"), *when = NULL;
	struct tm made, until;
	size_t len;

	if (!date_parse(date, &made) || !date_parse(valid, &until) || timegm(&until) >= now)
		return;
	when = xasprintf(" (of %d %s %d, valid until %d %s %d)", made.tm_mday, months[made.tm_mon], made.tm_year + 1900,
	                 until.tm_mday, months[until.tm_mon], until.tm_year + 1900);
	len = strlen(when);
	/* Suites that follow each other share what they have in common. */
	if (old->len >= len && !memcmp(old->data + old->len - len, when, len)) {
		old->len -= len;
		buf_printf(old, ", %s%s", suite, when);
		return;
	}
	buf_printf(old, "%s%s%s", old->len ? "; " : "", suite, when);
}

/* " HASH SIZE NAME", of each of several hashes. */
bool apt_release_names(const char *text, const char *key)
{
	const size_t len = strlen(key);
	bool found = false;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *hash = line + 1, *size = hash + strcspn(hash, " \n"), *name;

		if (*line != ' ' || *size != ' ')
			continue;
		size += strspn(size, " ");
		name = size + strcspn(size, " \n");
		name += strspn(name, " ");
		if (strncmp(name, key, len) != 0 || !strchr(".\r\n", name[len]))
			continue;
		if (name[len] != '.' && size[0] == '0' && size[1] == ' ')
			return false;
		found = true;
	}
	return found;
}
