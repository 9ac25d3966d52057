/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package_scan: the kernel packages in the text of Debian's Packages files (wiki DebianRepository/Format), taken as it
 * comes, in pieces. Pure. package_index.h makes kernels of them.
 */
#ifndef COREMATRIX_HOST_SOURCE_PACKAGE_SCAN_H
#define COREMATRIX_HOST_SOURCE_PACKAGE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One package; no field is NULL. */
struct scanned_package {
	char *name, *version, *sha256;
	char *filename; /* within the repository */
	char *base;     /* the repository's URI, with its final slash */
	char *depends;  /* "" when it depends on nothing */
	uint64_t size;
};

/* Raw packages as they are read, before it is known which of them make a kernel. */
struct package_scan {
	struct scanned_package *packages;
	size_t count;
	struct buf paragraph;
};

/*
 * Feed bytes of a Packages file, in pieces of any size; `base` is the repository's URI with its final slash. Call
 * package_scan_end at the end of each file.
 */
void package_scan_feed(struct package_scan *scan, const char *base, const char *bytes, size_t len);
void package_scan_end(struct package_scan *scan, const char *base);
void package_scan_free(struct package_scan *scan);

/* What may stand in a column of the index: printable, and without blanks. */
bool column_is_word(const char *text);
bool column_is_sha256(const char *text);
bool column_parse_size(const char *text, uint64_t *value);

#endif
