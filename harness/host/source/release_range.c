/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/release_range.h"

#include <stdbool.h>
#include <string.h>

static int complete(const struct kernel_index *index, struct release_point *p, struct error *err)
{
	const struct kernel_package *k = *p->version ? NULL : kernel_index_exact(index, p->release, "");

	if (k)
		p->version = k->version;
	return *p->version ? 0
	                   : error_usage(err, "the mirror has no kernel of release %s, and no row resolved to it",
	                                 p->release);
}

static bool is_same_upstream(const struct kernel_source *source, const char *a, const char *b)
{
	size_t len = source->upstream_len(a);

	return len == source->upstream_len(b) && !strncmp(a, b, len);
}

static bool is_between(const struct kernel_source *source, const struct kernel_package *k, struct release_point low,
                       struct release_point high)
{
	return !k->gone && !strcmp(source->flavour(k->release), source->flavour(low.release)) &&
	       source->compare(k->version, low.version) > 0 && source->compare(k->version, high.version) < 0 &&
	       !is_same_upstream(source, k->version, low.version) &&
	       !is_same_upstream(source, k->version, high.version);
}

int release_range(const struct kernel_source *source, const struct kernel_index *index, struct release_point from,
                  struct release_point to, struct strings *between, struct error *err)
{
	cleanup_strings struct strings found = {0};
	const char *last = "";
	int order, rc = complete(index, &from, err);

	rc = rc ? rc : complete(index, &to, err);
	if (rc)
		return rc;
	if (strcmp(source->flavour(from.release), source->flavour(to.release)))
		return error_usage(err,
		                   "%s and %s are of different flavours, so what differs may not be due to their age",
		                   from.release, to.release);
	order = source->compare(from.version, to.version);
	if (!order)
		return error_usage(err, "%s and %s are the same version", from.release, to.release);
	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (!is_between(source, k, order < 0 ? from : to, order < 0 ? to : from) ||
		    is_same_upstream(source, k->version, last))
			continue;
		last = k->version;
		strings_add(&found, k->release);
	}
	for (size_t i = 0; i < found.count; i++)
		strings_add(between, found.at[order < 0 ? i : found.count - 1 - i]);
	return 0;
}
