/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/source.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/sha256.h"
#include "host/source/debian.h"

const struct kernel_source *source_default(void)
{
	return &debian_source;
}

const struct kernel_package *source_find(const struct kernel_source *source, const struct kernel_index *index,
                                         const struct kernel_wish *wish, struct error *err)
{
	const struct kernel_package *best = NULL;

	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (!k->gone && source->fits(k, wish) && (!best || source->compare(k->version, best->version) > 0))
			best = k;
	}
	if (!best && err)
		source->explain(index, wish, err);
	return best;
}

bool source_means_several(const struct kernel_source *source, const char *spec)
{
	return source->several && source->several(spec);
}

static bool is_same_upstream(const struct kernel_source *source, const char *a, const char *b)
{
	size_t len = source->upstream_len(a);

	return len == source->upstream_len(b) && !strncmp(a, b, len);
}

void source_find_all(const struct kernel_source *source, const struct kernel_index *index,
                     const struct kernel_wish *wish, struct strings *releases)
{
	const struct kernel_package *last = NULL;

	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (k->gone || !source->fits(k, wish))
			continue;
		if (last && !is_same_upstream(source, last->version, k->version))
			strings_add(releases, last->release);
		last = k;
	}
	if (last)
		strings_add(releases, last->release);
}

int source_fetch(const struct kernel_source *source, const struct package_ref *ref, const char *target,
                 struct error *err)
{
	cleanup_free char *hash = NULL;
	int rc = source->fetch(ref, target, err);

	rc = rc ? rc : sha256_file(target, &hash, NULL, err);
	if (!rc && strcmp(hash, ref->sha256))
		rc = error_set(err, EIO, "%s: %s gave a file of sha256 %s; the signed index says %s", ref->name,
		               source->name, hash, ref->sha256);
	return rc;
}
