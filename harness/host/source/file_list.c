/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/file_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/version.h"
#include "host/source/apt.h"
#include "host/source/definition.h"
#include "host/source/kernel_words.h"
#include "host/source/version_span.h"

/* ---- a line ---- */

enum part { PART_IMAGE, PART_CONFIG, PART_MODULES, PART_COUNT };

static const char *const prefixes[PART_COUNT] = {"vmlinuz-", "config-", "modules-"};

/* The release in a file's name, without the ending of an archive; NULL for a file that is no part of a kernel. */
static char *release_of(const char *name, enum part *part)
{
	for (int i = 0; i < PART_COUNT; i++) {
		const char *release = name + strlen(prefixes[i]), *ending;

		if (strncmp(name, prefixes[i], strlen(prefixes[i])) != 0 || !isdigit((unsigned char)*release))
			continue;
		*part = (enum part)i;
		ending = i == PART_MODULES ? strstr(release, ".tar") : release + strlen(release);
		return ending ? xstrndup(release, (size_t)(ending - release)) : NULL;
	}
	return NULL;
}

static struct kernel_package *kernel_of(struct kernel_index *index, const char *release)
{
	for (size_t i = 0; i < index->count; i++)
		if (!strcmp(index->kernels[i].release, release))
			return &index->kernels[i];
	index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
	index->kernels[index->count] =
	        (struct kernel_package){.release = xstrdup(release), .version = xstrdup(release)};
	return &index->kernels[index->count++];
}

/* "HASH  PATH", with a star for the second blank where it was read as binary. */
static bool line_split(char *line, char **hash, char **where)
{
	line[strcspn(line, "\r")] = '\0';
	*hash = strsep(&line, " ");
	if (!line || (*line != ' ' && *line != '*'))
		return false;
	*where = line + 1;
	return column_is_sha256(*hash) && column_is_word(*where);
}

static int take_line(char *line, const char *directory, struct kernel_index *index)
{
	char *hash, *where;
	cleanup_free char *release = NULL;
	enum part part = PART_IMAGE;
	struct kernel_package *k;
	struct package_ref *ref;

	if (!line_split(line, &hash, &where))
		return -1;
	release = release_of(io_basename(where), &part);
	if (!release)
		return 0;
	k = kernel_of(index, release);
	ref = part == PART_IMAGE ? &k->image : part == PART_CONFIG ? &k->config : &k->modules[0];
	if (ref->name)
		return -1;
	*ref = (struct package_ref){.name = xstrdup(io_basename(where)), .sha256 = xstrdup(hash)};
	if (strstr(where, "://"))
		ref->uri = xstrdup(where);
	else
		ref->uri = *where == '/' ? xasprintf("file:%s", where) : xasprintf("file:%s/%s", directory, where);
	return 0;
}

/* ---- all of them ---- */

/* What has no image is no kernel. */
static void drop_incomplete(struct kernel_index *index)
{
	struct kernel_index whole = {0};

	for (size_t i = 0; i < index->count; i++) {
		struct kernel_package *k = &index->kernels[i];

		if (!k->image.name)
			continue;
		whole.kernels = xrealloc(whole.kernels, whole.count + 1, sizeof(*whole.kernels));
		kernel_words_name(k, "", kernel_words_flavour(k->release));
		whole.kernels[whole.count++] = *k;
		*k = (struct kernel_package){0};
	}
	kernel_index_sort(&whole);
	kernel_index_free(index);
	*index = whole;
}

int file_list_index(const char *text, const char *path, const char *directory, struct kernel_index *index,
                    struct error *err)
{
	cleanup_free char *copy = xstrdup(text);
	char *at = copy, *line;
	unsigned number = 0;

	*index = (struct kernel_index){0};
	while ((line = strsep(&at, "\n"))) {
		number++;
		if (!line[strspn(line, " \t\r")] || *line == '#')
			continue;
		if (!take_line(line, directory, index))
			continue;
		kernel_index_free(index);
		return error_usage(
		        err,
		        "%s:%u: expected a hash and the address of a file, as sha256sum prints them, each file once",
		        path, number);
	}
	drop_incomplete(index);
	return index->count ? 0 : error_usage(err, "%s: lists no kernel; expected one called vmlinuz-RELEASE", path);
}

/* ---- the source ---- */

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	cleanup_free char *place = NULL, *directory = definition_directory(self->definition);
	cleanup_buf struct buf text = {0};
	int rc = definition_read(self, &text, &place, err);

	(void)dir;
	(void)arch;
	*index = (struct kernel_index){0};
	rc = rc ? rc : file_list_index(buf_str(&text), self->definition, directory, index, err);
	if (!rc)
		index->place = steal_ptr(place);
	return rc;
}

const struct kernel_source file_list_source = {
        .read_words = kernel_words_read,
        .several = version_span_is,
        .flavour = kernel_words_flavour,
        .arch = kernel_words_arch,
        .compare = version_compare,
        .upstream_len = kernel_words_upstream_len,
        .refresh = refresh,
        .serves = definition_serves,
        .fits = kernel_words_fit,
        .explain = kernel_words_explain,
        .fetch = apt_fetch,
};
