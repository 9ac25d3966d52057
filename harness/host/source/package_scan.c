/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/package_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/source/kernel_index.h"

static void scanned_free(struct scanned_package *p)
{
	free(p->name);
	free(p->version);
	free(p->filename);
	free(p->sha256);
	free(p->depends);
	free(p->base);
	free(p->suite);
}

static void take_field(struct scanned_package *p, const char *line, size_t len)
{
	const struct {
		const char *name;
		char **slot;
	} fields[] = {
	        {"Package: ", &p->name},  {"Version: ", &p->version}, {"Filename: ", &p->filename},
	        {"SHA256: ", &p->sha256}, {"Depends: ", &p->depends},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t skip = strlen(fields[i].name);

		if (len <= skip || strncmp(line, fields[i].name, skip) || *fields[i].slot)
			continue;
		*fields[i].slot = xstrndup(line + skip, len - skip);
	}
	if (len > 6 && !strncmp(line, "Size: ", 6)) {
		cleanup_free char *digits = xstrndup(line + 6, len - 6);

		if (!column_parse_size(digits, &p->size))
			p->size = 0;
	}
}

/* What makes a kernel: an image, or in the newer layout a binary, and the base files and modules beside it. */
static bool is_wanted_name(const char *name)
{
	static const char *const starts[] = {"linux-image-", "linux-binary-", "linux-base-", "linux-modules-"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return true;
	return false;
}

void package_scan_take(void *ctx, const struct list_origin *origin, const char *text, size_t len)
{
	struct package_scan *scan = ctx;
	struct scanned_package p = {0};
	const char *at = text, *end = text + len;

	/* Every paragraph of an archive's index begins with the name: almost all are dropped here. */
	if (len < 15 || strncmp(text, "Package: linux-", 15))
		return;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		take_field(&p, at, (size_t)(stop - at));
		at = stop + 1;
	}
	if (!column_is_word(p.name) || !is_wanted_name(p.name) || !column_is_word(p.version) ||
	    !column_is_word(p.filename) || !column_is_sha256(p.sha256) || !p.size) {
		scanned_free(&p);
		return;
	}
	p.base = xstrdup(origin->base);
	p.suite = xstrdup(origin->suite);
	if (!p.depends)
		p.depends = xstrdup("");
	scan->packages = xrealloc(scan->packages, scan->count + 1, sizeof(*scan->packages));
	scan->packages[scan->count++] = p;
}

void package_scan_free(struct package_scan *scan)
{
	for (size_t i = 0; i < scan->count; i++)
		scanned_free(&scan->packages[i]);
	free(scan->packages);
	*scan = (struct package_scan){0};
}

const struct scanned_package *package_scan_find(const struct package_scan *scan, const char *prefix,
                                                const char *release, const char *version)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < scan->count; i++) {
		const struct scanned_package *p = &scan->packages[i];

		if (!strncmp(p->name, prefix, len) && !strcmp(p->name + len, release) && !strcmp(p->version, version))
			return p;
	}
	return NULL;
}

struct package_ref package_scan_ref(const struct scanned_package *p)
{
	return (struct package_ref){
	        .name = xstrdup(p->name),
	        .uri = xasprintf("%s%s", p->base, p->filename),
	        .size = p->size,
	        .sha256 = xstrdup(p->sha256),
	};
}
