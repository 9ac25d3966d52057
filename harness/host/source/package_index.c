/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/package_index.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/version.h"

static const char index_magic[] = "corematrix-kernel-index 2\n";
static const size_t nearest_count = 3;
/* Only used for the few kB of a configuration; some backports put hundreds of MB of modules elsewhere, never here. */
static const uint64_t config_package_max = 4u << 20;

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

const char *release_flavour(const char *release)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++) {
		const char *flavour = arch_flavour(arch, release);

		if (flavour)
			return flavour;
	}
	return "";
}

static const struct scanned_package *scan_find(const struct package_scan *scan, const char *prefix, const char *release,
                                               const char *version)
{
	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned_package *p = &scan->packages[i];

		if (starts_with(p->name, prefix) && !strcmp(p->name + strlen(prefix), release) &&
		    !strcmp(p->version, version))
			return p;
	}
	return NULL;
}

static struct package_ref ref_of(const struct scanned_package *p)
{
	return (struct package_ref){.name = xstrdup(p->name),
	                            .uri = xasprintf("%s%s", p->base, p->filename),
	                            .size = p->size,
	                            .sha256 = xstrdup(p->sha256)};
}

/*
 * Newer packages have the image in linux-binary-<release>, the configuration in linux-base-<release> and the modules in
 * linux-modules-<release>. A suite keeps the first of them for many versions, the others for its newest only.
 */
static bool kernel_of(const struct package_scan *scan, const struct scanned_package *image, struct kernel_package *k)
{
	const char *release = image->name + strlen("linux-image-");
	cleanup_free char *binary_name = xasprintf("linux-binary-%s", release);
	const struct scanned_package *config = NULL, *modules = image;

	if (strstr(image->depends, binary_name)) {
		config = scan_find(scan, "linux-base-", release, image->version);
		modules = scan_find(scan, "linux-modules-", release, image->version);
		image = scan_find(scan, "linux-binary-", release, image->version);
	}
	if (!image)
		return false;
	*k = (struct kernel_package){
	        .release = xstrdup(release), .version = xstrdup(image->version), .image = ref_of(image)};
	if (config && config->size <= config_package_max)
		k->config = ref_of(config);
	if (modules)
		k->modules = ref_of(modules);
	return true;
}

static int by_version(const void *a, const void *b)
{
	const struct kernel_package *ka = a, *kb = b;
	int order = version_compare(ka->version, kb->version);

	return order ? order : strcmp(ka->release, kb->release);
}

void package_index_build(const struct package_scan *scan, const struct arch *arch, struct package_index *index)
{
	*index = (struct package_index){0};
	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned_package *p = &scan->packages[i];
		struct kernel_package k;

		/* Debug and unsigned packages end otherwise. */
		if (!starts_with(p->name, "linux-image-") || !isdigit((unsigned char)p->name[strlen("linux-image-")]) ||
		    !arch_flavour(arch, p->name))
			continue;
		/* A metapackage depends on the real linux-image-*. */
		if (strstr(p->depends, "linux-image-"))
			continue;
		if (package_index_exact(index, p->name + strlen("linux-image-"), p->version) || !kernel_of(scan, p, &k))
			continue;
		index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
		index->kernels[index->count++] = k;
	}
	if (index->count)
		qsort(index->kernels, index->count, sizeof(*index->kernels), by_version);
}

void package_index_add_gap(struct package_index *index, const char *text)
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
	ref_free(&k->modules);
}

void package_index_free(struct package_index *index)
{
	for (size_t i = 0; i < index->count; i++)
		kernel_free(&index->kernels[i]);
	for (size_t i = 0; i < index->gap_count; i++)
		free(index->gaps[i]);
	free(index->kernels);
	free(index->gaps);
	*index = (struct package_index){0};
}

static void ref_write(const struct package_ref *ref, struct buf *out)
{
	buf_printf(out, "\t%s\t%" PRIu64 "\t%s\t%s", ref->name, ref->size, ref->sha256, ref->uri);
}

void package_index_write(const struct package_index *index, struct buf *out)
{
	buf_puts(out, index_magic);
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
		if (k->modules.name) {
			buf_puts(out, "\tmodules");
			ref_write(&k->modules, out);
		}
		buf_putc(out, '\n');
	}
	/* A file that was cut has no such line. */
	buf_printf(out, "end\t%zu\n", index->count);
}

/* Columns of one line, cut in place. */
enum { COLUMN_MAX = 18, COLUMN_FIRST = 7, COLUMN_REF = 5 };

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

static bool kernel_read(char *const *columns, size_t count, struct kernel_package *k)
{
	*k = (struct kernel_package){0};
	if (count < COLUMN_FIRST || (count - COLUMN_FIRST) % COLUMN_REF || !column_is_word(columns[1]) ||
	    !column_is_word(columns[2]))
		return false;
	k->release = xstrdup(columns[1]);
	k->version = xstrdup(columns[2]);
	if (!ref_read(columns + 3, &k->image))
		return false;
	for (size_t i = COLUMN_FIRST; i < count; i += COLUMN_REF) {
		struct package_ref *ref = !strcmp(columns[i], "config")    ? &k->config
		                          : !strcmp(columns[i], "modules") ? &k->modules
		                                                           : NULL;

		if (!ref || ref->name || !ref_read(columns + i + 1, ref))
			return false;
	}
	return true;
}

/* One line of the index. Returns 1 at its end, 0 to go on, -EINVAL when it makes no sense. */
static int index_line(char *line, struct package_index *index)
{
	char *columns[COLUMN_MAX];
	size_t count = columns_cut(line, columns);
	struct kernel_package k;

	if (count == 2 && !strcmp(columns[0], "gap")) {
		package_index_add_gap(index, columns[1]);
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

int package_index_read(const char *text, size_t len, const char *path, struct package_index *index, struct error *err)
{
	cleanup_free char *copy = xstrndup(text, len);
	char *at = copy, *line;
	int rc = -EINVAL;

	*index = (struct package_index){0};
	if (starts_with(copy, index_magic)) {
		at += strlen(index_magic);
		rc = 0;
		while (!rc && (line = strsep(&at, "\n")))
			rc = index_line(line, index);
	}
	if (rc == 1)
		return 0;
	package_index_free(index);
	error_set(err, EINVAL, "%s: not an index of kernels, or a damaged one; remove it and try again", path);
	return -EINVAL;
}

const struct kernel_package *package_index_exact(const struct package_index *index, const char *release,
                                                 const char *version)
{
	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (!k->gone && !strcmp(k->release, release) && !strcmp(k->version, version))
			return k;
	}
	return NULL;
}

void package_index_strike(struct package_index *index, const char *release, const char *version)
{
	for (size_t i = 0; i < index->count; i++)
		if (!strcmp(index->kernels[i].release, release) && !strcmp(index->kernels[i].version, version))
			index->kernels[i].gone = true;
}

static bool fits(const struct kernel_package *k, const struct kernel_row *row)
{
	unsigned major, minor, want_major, want_minor;

	if (k->gone)
		return false;
	if (row->kind == ROW_RELEASE)
		return !strcmp(k->release, row->spec);
	if (!arch_is_flavour(row->arch, k->release, row->flavour))
		return false;
	if (row->kind == ROW_NEWEST)
		return true;
	return !version_parse(k->version, &major, &minor) && !version_parse(row->spec, &want_major, &want_minor) &&
	       major == want_major && minor == want_minor;
}

/* What a kernel is called in the row's own terms. */
static char *name_for(const struct kernel_package *k, const struct kernel_row *row)
{
	unsigned major = 0, minor = 0;

	if (row->kind == ROW_RELEASE)
		return xstrdup(k->release);
	version_parse(k->version, &major, &minor);
	return xasprintf("%u.%u", major, minor);
}

struct names {
	char **at;
	size_t count;
};

static void names_add(struct names *names, char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (!strcmp(names->at[i], name)) {
			free(name);
			return;
		}
	}
	names->at = xrealloc(names->at, names->count + 1, sizeof(*names->at));
	names->at[names->count++] = name;
}

static int name_order(const void *a, const void *b)
{
	return version_compare(*(char *const *)a, *(char *const *)b);
}

/* The names around where `spec` would stand: two below it and one above, or what there is. */
static void nearest_add(const struct names *names, const char *spec, struct buf *text)
{
	size_t above = 0, first, last;

	while (above < names->count && version_compare(names->at[above], spec) < 0)
		above++;
	last = above < names->count ? above + 1 : names->count;
	first = last > nearest_count ? last - nearest_count : 0;
	if (last - first < nearest_count)
		last = first + nearest_count < names->count ? first + nearest_count : names->count;
	for (size_t i = first; i < last; i++)
		buf_printf(text, "%s%s", i == first ? "" : i + 1 == last ? " and " : ", ", names->at[i]);
}

/* Flavours that the row's version does exist in. */
static void other_flavours_add(const struct package_index *index, const struct kernel_row *row, struct buf *text)
{
	struct kernel_row other = *row;
	size_t found = 0;

	for (const struct arch_flavour *f = row->arch->flavours; row->kind == ROW_VERSION && f->name; f++) {
		other.flavour = (char *)(uintptr_t)f->name;
		if (package_index_find(index, &other, NULL))
			buf_printf(text, "%s%s", found++ ? ", " : "; that version exists as ", f->name);
	}
}

static void not_found(const struct package_index *index, const struct kernel_row *row, struct error *err)
{
	const char *flavour = row->kind == ROW_RELEASE ? release_flavour(row->spec) : row->flavour;
	cleanup_free char *spec = kernel_row_spec(row);
	cleanup_buf struct buf hint = {0};
	struct names names = {0};

	for (size_t i = 0; i < index->count; i++)
		if (!index->kernels[i].gone && !strcmp(release_flavour(index->kernels[i].release), flavour))
			names_add(&names, name_for(&index->kernels[i], row));
	if (names.count) {
		qsort(names.at, names.count, sizeof(*names.at), name_order);
		buf_puts(&hint, "; the nearest are ");
		nearest_add(&names, row->spec, &hint);
	}
	other_flavours_add(index, row, &hint);
	if (row->kind == ROW_RELEASE)
		error_usage(err, "the mirror has no kernel of release %s%s", row->spec, buf_str(&hint));
	else
		error_usage(err, "the mirror has no kernel %s %s%s", row->spec, row->flavour, buf_str(&hint));
	for (size_t i = 0; i < names.count; i++)
		free(names.at[i]);
	free(names.at);
}

const struct kernel_package *package_index_find(const struct package_index *index, const struct kernel_row *row,
                                                struct error *err)
{
	const struct kernel_package *best = NULL;

	for (size_t i = 0; i < index->count; i++) {
		const struct kernel_package *k = &index->kernels[i];

		if (fits(k, row) && (!best || version_compare(k->version, best->version) > 0))
			best = k;
	}
	if (!best && err)
		not_found(index, row, err);
	return best;
}
