/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/sha256.h"
#include "host/source/apt_archive.h"
#include "host/source/debian.h"
#include "host/source/file_list.h"
#include "host/source/oci_image.h"
#include "host/source/pacman_repo.h"
#include "host/source/rpm_repo.h"

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
		source->explain(source, index, wish, err);
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
	int rc = source->fetch(source, ref, target, err);

	rc = rc ? rc : sha256_file(target, &hash, NULL, err);
	if (!rc && strcmp(hash, ref->sha256))
		rc = error_set(err, EIO, "%s: %s gave a file of sha256 %s; the signed index says %s", ref->name,
		               source->name, hash, ref->sha256);
	return rc;
}

/* ---- those that files define ---- */

static const struct source_kind {
	const char *ending; /* of the file's name */
	const struct kernel_source *source;
} kinds[] = {
        {".sources", &apt_archive_source}, {".repo", &rpm_repo_source},    {".oci", &oci_image_source},
        {".pacman", &pacman_repo_source},  {".sha256", &file_list_source},
};
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

/* Each is made once: rows and catalogues tell sources apart by where they are. */
static const struct kernel_source *source_make(const struct source_kind *kind, const char *path, const char *name)
{
	static struct kernel_source **made;
	static size_t count;
	struct kernel_source *s;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(made[i]->definition, path))
			return made[i];
	s = xcalloc(1, sizeof(*s));
	*s = *kind->source;
	s->name = xstrdup(name);
	s->definition = xstrdup(path);
	s->place = xstrndup(path, strlen(path) - strlen(kind->ending));
	s->listing = xasprintf("the index of %s", path);
	s->directory = xasprintf("source-%s", name);
	made = xrealloc(made, count + 1, sizeof(struct kernel_source *));
	made[count++] = s;
	return s;
}

int source_named(const char *directory, const char *name, const struct kernel_source **source, struct error *err)
{
	cleanup_buf struct buf looked = {0};

	for (size_t i = 0; i < KIND_COUNT; i++) {
		cleanup_free char *path = xasprintf("%s/%s%s", directory, name, kinds[i].ending);

		buf_printf(&looked, "%s%s", i ? " or " : "", path);
		if (access(path, F_OK))
			continue;
		*source = source_make(&kinds[i], path, name);
		return 0;
	}
	return error_usage(err, "no source of kernels is called '%.80s'; expected a file %s", name, buf_str(&looked));
}
