/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_index: which kernels a source has, as a value: each with its version and the files that hold it, as text and
 * back. It knows nothing of rows and of where the list comes from. Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_KERNEL_INDEX_H
#define COREMATRIX_HOST_SOURCE_KERNEL_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* One file that a source can fetch. */
struct package_ref {
	char *name;
	char *uri;
	uint64_t size; /* bytes to fetch */
	char *sha256;  /* as the signed index says */
};

/* Most packages that the modules of one kernel are in. */
enum { MODULE_PACKAGES_MAX = 4 };

struct kernel_package {
	char *release;             /* what uname -r says */
	char *version;             /* the package's, in the source's own terms */
	struct package_ref image;  /* holds the kernel image */
	struct package_ref config; /* holds the configuration when `image` does not; name NULL when there is none */
	/* Hold the modules, in the order in which they are looked at; name NULL after the last. */
	struct package_ref modules[MODULE_PACKAGES_MAX];
	/*
	 * What rows may call it, as "DISTRIBUTION/FLAVOUR", commas between, DISTRIBUTION "" for its flavour alone:
	 * "/generic,noble/generic,noble/virtual". NULL when the source reads that from the release.
	 */
	char *names;
	bool gone; /* the source turned out not to have the file: as if it were not listed */
};

struct kernel_index {
	struct kernel_package *kernels; /* in the source's order of versions, then by release */
	size_t count;
	char *place; /* what it is an index of, in the source's own terms; NULL when the source does not tell places
	                apart */
	char **gaps; /* one line per part that could not be read: a kernel may be missing for that reason only */
	size_t gap_count;
};

/* Into that order, for sources whose versions are in the order of version.h. */
void kernel_index_sort(struct kernel_index *index);

void kernel_index_add_gap(struct kernel_index *index, const char *text);
void kernel_index_free(struct kernel_index *index);
#define cleanup_kernel_index __attribute__((cleanup(kernel_index_free)))

/* The index as text, one line per kernel, and back. A text that is not exactly so is refused with -EINVAL. */
void kernel_index_write(const struct kernel_index *index, struct buf *out);
int kernel_index_read(const char *text, size_t len, const char *path, struct kernel_index *index, struct error *err);

/* Exactly this release in this version ("": in any, the newest), or NULL. */
const struct kernel_package *kernel_index_exact(const struct kernel_index *index, const char *release,
                                                const char *version);

/*
 * Take note that the source lists this kernel and does not have its file (incomplete mirrors exist): it is no longer
 * found.
 */
void kernel_index_strike(struct kernel_index *index, const char *release, const char *version);

/* What may stand in a column of the text: printable, and without blanks. */
bool column_is_word(const char *text);
bool column_is_sha256(const char *text);
bool column_parse_size(const char *text, uint64_t *value);

#endif
