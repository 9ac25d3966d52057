/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package_scan: the kernel packages in the text of Debian's Packages files (wiki DebianRepository/Format). Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_PACKAGE_SCAN_H
#define COREMATRIX_HOST_SOURCE_PACKAGE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "host/source/kernel_index.h"
#include "host/source/paragraphs.h"

/* One package; no field is NULL. */
struct scanned_package {
	char *name, *version, *sha256;
	char *filename; /* within the repository */
	char *base;     /* the repository's URI, with its final slash */
	char *suite;    /* whose list it stands in */
	char *depends;  /* "" when it depends on nothing */
	uint64_t size;
};

/* Raw packages as they are read, before it is known which of them make a kernel. */
struct package_scan {
	struct scanned_package *packages;
	size_t count;
};

/* Look at one paragraph, as a struct paragraphs gives it. */
void package_scan_take(void *ctx, const struct list_origin *origin, const char *text, size_t len);
void package_scan_free(struct package_scan *scan);

/* The package whose name is `prefix` and `release`, of that version; NULL for none. */
const struct scanned_package *package_scan_find(const struct package_scan *scan, const char *prefix,
                                                const char *release, const char *version);

/* A package as an index refers to it; its strings are the caller's. */
struct package_ref package_scan_ref(const struct scanned_package *p);

#endif
