/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/version_span.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text_end.h"
#include "base/version.h"

static const char every[] = "*", all_of[] = ".*", to_dots[] = "..";

size_t version_numbers(const char *text)
{
	size_t count = 0;

	for (;;) {
		if (!isdigit((unsigned char)*text))
			return 0;
		while (isdigit((unsigned char)*text))
			text++;
		count++;
		if (!*text)
			return count;
		if (*text++ != '.')
			return 0;
	}
}

static bool is_series(const char *spec)
{
	cleanup_free char *version = xstrdup(spec);

	if (!text_ends_with(spec, all_of))
		return false;
	version[strlen(spec) - strlen(all_of)] = '\0';
	return version_numbers(version) == 2;
}

static bool is_range(const char *spec)
{
	const char *dots = strstr(spec, to_dots);
	cleanup_free char *from = dots ? xstrndup(spec, (size_t)(dots - spec)) : NULL;

	return dots && version_numbers(from) >= 2 && version_numbers(dots + strlen(to_dots)) >= 2;
}

bool version_span_is(const char *spec)
{
	return !strcmp(spec, every) || is_series(spec) || is_range(spec);
}

static bool in_series(const char *version, const char *spec)
{
	unsigned major, minor, want_major, want_minor;

	return !version_parse(version, &major, &minor) && !version_parse(spec, &want_major, &want_minor) &&
	       major == want_major && minor == want_minor;
}

static bool in_range(const char *version, const char *spec)
{
	const char *dots = strstr(spec, to_dots), *to = dots + strlen(to_dots);
	cleanup_free char *from = xstrndup(spec, (size_t)(dots - spec));
	size_t len = strlen(to);

	return version_compare(version, from) >= 0 &&
	       (version_compare(version, to) <= 0 || (!strncmp(version, to, len) && strchr(".-+", version[len])));
}

bool version_span_has(const char *spec, const char *version)
{
	if (is_range(spec))
		return in_range(version, spec);
	return !strcmp(spec, every) || in_series(version, spec);
}
