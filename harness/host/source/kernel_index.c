/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/kernel_index.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/version.h"

static const char index_magic[] = "corematrix-kernel-index 3\n";

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

void kernel_index_add_gap(struct kernel_index *index, const char *text)
{
	char *line = xstrdup(text);

	for (char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	index->gaps = xrealloc(index->gaps, index->gap_count + 1, sizeof(*index->gaps));
	index->gaps[index->gap_count++] = line;
}

static void ref_free(struct package_ref *ref)
{
	free(ref->name);
	free(ref->uri);
	free(ref->sha256);
}

static void kernel_free(struct kernel_package *k)
{
	free(k->release);
	free(k->version);
	ref_free(&k->image);
	ref_free(&k->config);
	for (size_t i = 0; i < MODULE_PACKAGES_MAX; i++)
		ref_free(&k->modules[i]);
	free(k->names);
}

static int by_version(const void *a, const void *b)
{
	const struct kernel_package *ka = a, *kb = b;
	int order = version_compare(ka->version, kb->version);

	return order ? order : strcmp(ka->release, kb->release);
}

void kernel_index_sort(struct kernel_index *index)
{
	if (index->count)
		qsort(index->kernels, index->count, sizeof(*index->kernels), by_version);
}

void kernel_index_free(struct kernel_index *index)
{
	for (size_t i = 0; i < index->count; i++)
		kernel_free(&index->kernels[i]);
	for (size_t i = 0; i < index->gap_count; i++)
		free(index->gaps[i]);
	free(index->kernels);
	free(index->gaps);
	free(index->place);
	*index = (struct kernel_index){0};
}

static void ref_write(const struct package_ref *ref, struct buf *out)
{
	buf_printf(out, "\t%s\t%" PRIu64 "\t%s\t%s", ref->name, ref->size, ref->sha256, ref->uri);
}

void kernel_index_write(const struct kernel_index *index, struct buf *out)
{
	buf_puts(out, index_magic);
	if (index->place)
		buf_printf(out, "place\t%s\n", index->place);
	for (size_t i = 0; i < index->gap_count; i++)
		buf_printf(out, "gap\t%s\n", index->gaps[i]);
	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		buf_printf(out, "kernel\t%s\t%s", k->release, k->version);
		ref_write(&k->image, out);
		if (k->config.name) {
			buf_puts(out, "\tconfig");
			ref_write(&k->config, out);
		}
		for (size_t m = 0; m < MODULE_PACKAGES_MAX && k->modules[m].name; m++) {
			buf_puts(out, "\tmodules");
			ref_write(&k->modules[m], out);
		}
		if (k->names)
			buf_printf(out, "\tnames\t%s", k->names);
		buf_putc(out, '\n');
	}
	/* A file that was cut has no such line. */
	buf_printf(out, "end\t%zu\n", index->count);
}

/* Columns of one line, cut in place. */
enum { COLUMN_FIRST = 7, COLUMN_REF = 4, COLUMN_MAX = COLUMN_FIRST + (1 + COLUMN_REF) * (1 + MODULE_PACKAGES_MAX) + 2 };

static size_t columns_cut(char *line, char **columns)
{
	size_t count = 0;

	while (line && count < COLUMN_MAX)
		columns[count++] = strsep(&line, "\t");
	return line ? 0 : count;
}

static bool ref_read(char *const *columns, struct package_ref *ref)
{
	if (!column_is_word(columns[0]) || !column_is_sha256(columns[2]) || !column_is_word(columns[3]))
		return false;
	if (!column_parse_size(columns[1], &ref->size))
		return false;
	ref->name = xstrdup(columns[0]);
	ref->sha256 = xstrdup(columns[2]);
	ref->uri = xstrdup(columns[3]);
	return true;
}

/* Where the file goes that these columns speak of, or NULL. */
static struct package_ref *ref_slot(const char *word, struct kernel_package *k)
{
	if (!strcmp(word, "config"))
		return k->config.name ? NULL : &k->config;
	for (size_t i = 0; !strcmp(word, "modules") && i < MODULE_PACKAGES_MAX; i++)
		if (!k->modules[i].name)
			return &k->modules[i];
	return NULL;
}

/* A word and what belongs to it. Returns how many columns that were, 0 when they make no sense. */
static size_t extra_read(char *const *columns, size_t count, struct kernel_package *k)
{
	struct package_ref *ref;

	if (count > 1 && !strcmp(columns[0], "names") && !k->names && column_is_word(columns[1])) {
		k->names = xstrdup(columns[1]);
		return 2;
	}
	ref = count > COLUMN_REF ? ref_slot(columns[0], k) : NULL;
	return ref && ref_read(columns + 1, ref) ? 1 + COLUMN_REF : 0;
}

static bool kernel_read(char *const *columns, size_t count, struct kernel_package *k)
{
	*k = (struct kernel_package){0};
	if (count < COLUMN_FIRST || !column_is_word(columns[1]) || !column_is_word(columns[2]))
		return false;
	k->release = xstrdup(columns[1]);
	k->version = xstrdup(columns[2]);
	if (!ref_read(columns + 3, &k->image))
		return false;
	for (size_t i = COLUMN_FIRST, used; i < count; i += used)
		if (!(used = extra_read(columns + i, count - i, k)))
			return false;
	return true;
}

/* One line of the index. Returns 1 at its end, 0 to go on, -EINVAL when it makes no sense. */
static int index_line(char *line, struct kernel_index *index)
{
	char *columns[COLUMN_MAX];
	size_t count = columns_cut(line, columns);
	struct kernel_package k;

	if (count == 2 && !strcmp(columns[0], "gap")) {
		kernel_index_add_gap(index, columns[1]);
		return 0;
	}
	if (count == 2 && !strcmp(columns[0], "place") && !index->place) {
		index->place = xstrdup(columns[1]);
		return 0;
	}
	if (count == 2 && !strcmp(columns[0], "end")) {
		uint64_t told;

		return column_parse_size(columns[1], &told) && told == index->count ? 1 : -EINVAL;
	}
	if (count < 2 || strcmp(columns[0], "kernel"))
		return -EINVAL;
	if (!kernel_read(columns, count, &k)) {
		kernel_free(&k);
		return -EINVAL;
	}
	index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
	index->kernels[index->count++] = k;
	return 0;
}

int kernel_index_read(const char *text, size_t len, const char *path, struct kernel_index *index, struct error *err)
{
	cleanup_free char *copy = xstrndup(text, len);
	char *at = copy, *line;
	int rc = -EINVAL;

	*index = (struct kernel_index){0};
	if (starts_with(copy, index_magic)) {
		at += strlen(index_magic);
		rc = 0;
		while (!rc && (line = strsep(&at, "\n")))
			rc = index_line(line, index);
	}
	if (rc == 1)
		return 0;
	kernel_index_free(index);
	error_set(err, EINVAL, "%s: not an index of kernels, or a damaged one; remove it and try again", path);
	return -EINVAL;
}

const struct kernel_package *kernel_index_exact(const struct kernel_index *index, const char *release,
                                                const char *version)
{
	const struct kernel_package *found = NULL;

	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (!k->gone && !strcmp(k->release, release) && (!*version || !strcmp(k->version, version)))
			found = k;
	}
	return found;
}

void kernel_index_strike(struct kernel_index *index, const char *release, const char *version)
{
	for (size_t i = 0; i < index->count; i++)
		if (!strcmp(index->kernels[i].release, release) && !strcmp(index->kernels[i].version, version))
			index->kernels[i].gone = true;
}

bool column_is_word(const char *text)
{
	if (!text || !*text)
		return false;
	for (; *text; text++)
		if (!isgraph((unsigned char)*text))
			return false;
	return true;
}

bool column_is_sha256(const char *text)
{
	return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

bool column_parse_size(const char *text, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !*end && !errno;
}
