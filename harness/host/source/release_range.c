/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/release_range.h"

#include <stdbool.h>
#include <string.h>

#include "base/version.h"

static int complete(const struct package_index *index, struct release_point *p, struct error *err)
{
	if (*p->version)
		return 0;
	for (size_t i = 0; i < index->count; i++)
		if (!strcmp(index->kernels[i].release, p->release))
			p->version = index->kernels[i].version;
	return *p->version ? 0
	                   : error_usage(err, "the mirror has no kernel of release %s, and no row resolved to it",
	                                 p->release);
}

/* What the kernel's authors call it: a Debian version without its revision. */
static size_t upstream_len(const char *version)
{
	const char *revision = strrchr(version, '-');

	return revision ? (size_t)(revision - version) : strlen(version);
}

static bool is_same_upstream(const char *a, const char *b)
{
	return upstream_len(a) == upstream_len(b) && !strncmp(a, b, upstream_len(a));
}

static bool is_between(const struct kernel_package *k, struct release_point low, struct release_point high)
{
	return !k->gone && !strcmp(release_flavour(k->release), release_flavour(low.release)) &&
	       version_compare(k->version, low.version) > 0 && version_compare(k->version, high.version) < 0 &&
	       !is_same_upstream(k->version, low.version) && !is_same_upstream(k->version, high.version);
}

int release_range(const struct package_index *index, struct release_point from, struct release_point to,
                  struct strings *between, struct error *err)
{
	struct strings found = {0};
	const char *last = "";
	int order, rc = complete(index, &from, err);

	rc = rc ? rc : complete(index, &to, err);
	if (rc)
		return rc;
	if (strcmp(release_flavour(from.release), release_flavour(to.release)))
		return error_usage(err, "%s and %s are of different flavours, so what differs need not be their age",
		                   from.release, to.release);
	order = version_compare(from.version, to.version);
	if (!order)
		return error_usage(err, "%s and %s are the same version", from.release, to.release);
	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (!is_between(k, order < 0 ? from : to, order < 0 ? to : from) || is_same_upstream(k->version, last))
			continue;
		last = k->version;
		strings_add(&found, k->release);
	}
	for (size_t i = 0; i < found.count; i++)
		strings_add(between, found.at[order < 0 ? i : found.count - 1 - i]);
	strings_free(&found);
	return 0;
}
