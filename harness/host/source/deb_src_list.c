/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/deb_src_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"

static void version_free(struct deb_src_version *v)
{
	free(v->archive.name);
	free(v->archive.uri);
	free(v->archive.sha256);
	free(v->version);
}

void deb_src_list_free(struct deb_src_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		version_free(&list->at[i]);
	free(list->at);
	list->at = NULL;
	list->count = 0;
}

/* Names become names of files. */
static bool is_file_name(const char *name)
{
	return column_is_word(name) && *name != '.' && !strchr(name, '/');
}

/* dpkg-source(1); beside it may lie its signature, NAME_VERSION.orig.tar.EXT.asc. */
bool deb_src_is_archive(const char *name)
{
	const char *end = strstr(name, ".orig.tar.");

	return end && !strstr(end, ".asc");
}

/* " SHA256 SIZE NAME", cut in place. */
static bool take_file(struct deb_src_version *v, char *line)
{
	char *at = line + 1;
	const char *hash = strsep(&at, " "), *size_text = strsep(&at, " "), *name = strsep(&at, " ");
	uint64_t size;

	if (at || !column_is_sha256(hash) || !name || !column_parse_size(size_text, &size) || !is_file_name(name))
		return false;
	if (deb_src_is_archive(name) && !v->archive.name)
		v->archive = (struct package_ref){.name = xstrdup(name), .size = size, .sha256 = xstrdup(hash)};
	return true;
}

/* The value of a field whose line it is, or NULL. */
static const char *value_of(const char *line, const char *field)
{
	size_t len = strlen(field);

	return strncmp(line, field, len) ? NULL : line + len;
}

static bool read_paragraph(char *text, const char *base, struct deb_src_version *v)
{
	const char *directory = NULL, *version = NULL;
	bool is_hash = false;
	char *at = text, *line;

	while ((line = strsep(&at, "\n"))) {
		if (*line == ' ') {
			if (is_hash && !take_file(v, line))
				return false;
			continue;
		}
		is_hash = value_of(line, "Checksums-Sha256:");
		if (value_of(line, "Version: "))
			version = value_of(line, "Version: ");
		if (value_of(line, "Directory: "))
			directory = value_of(line, "Directory: ");
	}
	if (!version || !is_file_name(version) || !column_is_word(directory) || !v->archive.name)
		return false;
	v->version = xstrdup(version);
	v->archive.uri = xasprintf("%s%s/%s", base, directory, v->archive.name);
	return true;
}

/* Suites share versions. */
static bool is_listed(const struct deb_src_list *list, const char *version)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i].version, version))
			return true;
	return false;
}

void deb_src_list_take(void *ctx, const struct list_origin *origin, const char *text, size_t len)
{
	struct deb_src_list *list = ctx;
	cleanup_free char *start = xasprintf("Package: %s\n", list->name), *copy = NULL;
	struct deb_src_version v = {0};

	if (len < strlen(start) || strncmp(text, start, strlen(start)))
		return;
	copy = xstrndup(text, len);
	if (!read_paragraph(copy, origin->base, &v) || is_listed(list, v.version)) {
		version_free(&v);
		return;
	}
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = v;
}

/* deb-version(7): [epoch:]upstream[-revision] */
bool deb_src_is_meant(const char *version, const char *wanted)
{
	const char *colon = strchr(version, ':'), *upstream = colon ? colon + 1 : version;
	const char *revision = strrchr(upstream, '-');
	size_t len = revision ? (size_t)(revision - upstream) : strlen(upstream);

	return !wanted || !strcmp(version, wanted) || (strlen(wanted) == len && !strncmp(upstream, wanted, len));
}

const struct deb_src_version *deb_src_list_find(const struct deb_src_list *list, const char *wanted)
{
	const struct deb_src_version *best = NULL;

	for (size_t i = 0; i < list->count; i++)
		if (deb_src_is_meant(list->at[i].version, wanted) &&
		    (!best || version_compare(list->at[i].version, best->version) > 0))
			best = &list->at[i];
	return best;
}

void deb_src_list_strike(struct deb_src_list *list, const struct deb_src_version *found)
{
	struct deb_src_version *v = &list->at[found - list->at];

	version_free(v);
	*v = list->at[--list->count];
}
