/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/undriven.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/version.h"

/* Runs of programs that may sleep are counted since 5.12, those of one in another's place never. */
static bool is_counted(const char *section, const char *release)
{
	size_t len = strcspn(section, "/");
	unsigned major = 0, minor = 0;

	if (!strncmp(section, "freplace", len))
		return false;
	if (len < 2 || strncmp(section + len - 2, ".s", 2) != 0)
		return true;
	return version_parse(release, &major, &minor) == 0 && (major > 5 || (major == 5 && minor >= 12));
}

const char *undriven_hook(const struct undriven_case *c)
{
	const char *section = c->section + (*c->section == '?');
	const char *slash = strchr(section, '/');

	if (c->runs || c->known & c->done || !is_counted(section, c->release))
		return NULL;
	return c->target ? c->target : slash && slash[1] ? slash + 1 : section;
}
