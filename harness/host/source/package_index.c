/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/package_index.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/source/debian.h"

/* Only used for the few kB of a configuration; some backports put hundreds of MB of modules elsewhere, never here. */
static const uint64_t config_package_max = 4u << 20;

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
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
		config = package_scan_find(scan, "linux-base-", release, image->version);
		modules = package_scan_find(scan, "linux-modules-", release, image->version);
		image = package_scan_find(scan, "linux-binary-", release, image->version);
	}
	if (!image)
		return false;
	*k = (struct kernel_package){
	        .release = xstrdup(release), .version = xstrdup(image->version), .image = package_scan_ref(image)};
	if (config && config->size <= config_package_max)
		k->config = package_scan_ref(config);
	if (modules)
		k->modules[0] = package_scan_ref(modules);
	return true;
}

void package_index_build(const struct package_scan *scan, const struct arch *arch, struct kernel_index *index)
{
	*index = (struct kernel_index){0};
	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned_package *p = &scan->packages[i];
		struct kernel_package k;

		/* Debug and unsigned packages end in another way. */
		if (!starts_with(p->name, "linux-image-") || !isdigit((unsigned char)p->name[strlen("linux-image-")]) ||
		    !debian_flavour(arch, p->name))
			continue;
		/* A metapackage depends on the real linux-image-*. */
		if (strstr(p->depends, "linux-image-"))
			continue;
		if (kernel_index_exact(index, p->name + strlen("linux-image-"), p->version) || !kernel_of(scan, p, &k))
			continue;
		index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
		index->kernels[index->count++] = k;
	}
	kernel_index_sort(index);
}
