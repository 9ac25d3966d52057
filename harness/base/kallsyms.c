/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/kallsyms.h"

#include <string.h>

static const char padding[] = "__pfx_";

static bool read_line(const char *line, const char *end, struct kallsyms_function *f)
{
	const char *type = memchr(line, ' ', (size_t)(end - line)), *name = type ? type + 3 : NULL, *tab;

	if (!name || name >= end || !strchr("tTwW", type[1]))
		return false;
	tab = memchr(name, '\t', (size_t)(end - name));
	*f = (struct kallsyms_function){name, (size_t)((tab ? tab : end) - name), !tab};
	return f->len && (f->len < sizeof(padding) || memcmp(name, padding, sizeof(padding) - 1) != 0);
}

bool kallsyms_next(const char **at, const char *end, struct kallsyms_function *f)
{
	while (*at < end) {
		const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));

		stop = stop ? stop : end;
		*at = stop < end ? stop + 1 : end;
		if (read_line(line, stop, f))
			return true;
	}
	return false;
}
