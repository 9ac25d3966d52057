/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/archive_index.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/source/kernel_words.h"

static const char image_prefix[] = "linux-image-", unsigned_prefix[] = "linux-image-unsigned-";

static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

const char *archive_flavour(const char *release)
{
	const char *at = release, *dash;

	while (isdigit((unsigned char)*at)) {
		dash = strchr(at, '-');
		if (!dash)
			return at + strlen(at);
		at = dash + 1;
	}
	return at;
}

/* The release of a package with an image, NULL for any other. What ends in -dbgsym, -dbg or -unsigned is none. */
static const char *image_release(const char *name)
{
	static const char *const others[] = {"-dbg", "-dbgsym", "-unsigned"};
	const char *release = after(name, unsigned_prefix);

	release = release ? release : after(name, image_prefix);
	if (!release || !isdigit((unsigned char)*release) || !strchr(release, '.') || !*archive_flavour(release))
		return NULL;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t len = strlen(release), other = strlen(others[i]);

		if (len > other && !strcmp(release + len - other, others[i]))
			return NULL;
	}
	return release;
}

static struct kernel_package kernel_of(const struct package_scan *scan, const char *release, const char *version)
{
	const struct scanned_package *image = package_scan_find(scan, image_prefix, release, version);
	const struct scanned_package *modules = package_scan_find(scan, "linux-modules-", release, version);
	const struct scanned_package *extra = package_scan_find(scan, "linux-modules-extra-", release, version);
	struct kernel_package k = {.release = xstrdup(release), .version = xstrdup(version)};
	size_t count = 0;

	image = image ? image : package_scan_find(scan, unsigned_prefix, release, version);
	k.image = package_scan_ref(image);
	if (modules)
		k.config = package_scan_ref(modules);
	k.modules[count++] = package_scan_ref(modules ? modules : image);
	if (extra)
		k.modules[count++] = package_scan_ref(extra);
	kernel_words_name(&k, "", archive_flavour(release));
	return k;
}

/* "linux-image-6.8.0-45-generic" among other packages, with a version or without. */
static bool depends_on(const struct scanned_package *meta, const char *release)
{
	const char *at = meta->depends;
	size_t len;

	while ((at = strstr(at, image_prefix))) {
		const char *name = after(at, unsigned_prefix);

		name = name ? name : at + strlen(image_prefix);
		len = strcspn(name, " ,|(:");
		if (len == strlen(release) && !strncmp(name, release, len))
			return true;
		at = name;
	}
	return false;
}

/* The flavour that a metapackage stands for, NULL for what is none. */
static const char *meta_flavour(const struct scanned_package *p)
{
	const char *flavour = after(p->name, image_prefix);

	return flavour && !isdigit((unsigned char)*flavour) && strstr(p->depends, image_prefix) ? flavour : NULL;
}

static bool suite_says(const struct package_scan *scan, const char *suite, const char *flavour)
{
	for (size_t i = 0; i < scan->count; i++) {
		const char *meta = meta_flavour(&scan->packages[i]);

		if (meta && !strcmp(meta, flavour) && !strcmp(scan->packages[i].suite, suite))
			return true;
	}
	return false;
}

/* What a suite calls a kernel that it has. */
static void name_in_suite(const struct package_scan *scan, const char *suite, struct kernel_package *k)
{
	const char *own = archive_flavour(k->release);

	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned_package *p = &scan->packages[i];
		const char *flavour = strcmp(p->suite, suite) ? NULL : meta_flavour(p);

		if (flavour && depends_on(p, k->release))
			kernel_words_name(k, suite, flavour);
	}
	if (!suite_says(scan, suite, own))
		kernel_words_name(k, suite, own);
}

static struct kernel_package *known(const struct kernel_index *index, const char *release, const char *version)
{
	for (size_t i = 0; i < index->count; i++)
		if (!strcmp(index->kernels[i].release, release) && !strcmp(index->kernels[i].version, version))
			return &index->kernels[i];
	return NULL;
}

void archive_index_build(const struct package_scan *scan, struct kernel_index *index)
{
	*index = (struct kernel_index){0};
	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned_package *p = &scan->packages[i];
		const char *release = image_release(p->name);

		if (!release)
			continue;
		if (!known(index, release, p->version)) {
			index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
			index->kernels[index->count++] = kernel_of(scan, release, p->version);
		}
		name_in_suite(scan, p->suite, known(index, release, p->version));
	}
	kernel_index_sort(index);
}
