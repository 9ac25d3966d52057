/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package_index: which kernels Debian has. It turns the text of Packages files (deb-src-control(5), wiki
 * DebianRepository/Format) into a short list of bootable kernels, writes and reads that list, and finds the kernel a
 * row means. Pure: apt.h brings the bytes, store.h uses the answers.
 */
#ifndef COREMATRIX_HOST_SOURCE_PACKAGE_INDEX_H
#define COREMATRIX_HOST_SOURCE_PACKAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/kernels/kernel_list.h"
#include "host/source/package_scan.h"

/* One package file on the mirror. */
struct package_ref {
	char *name;
	char *uri;
	uint64_t size; /* bytes to fetch */
	char *sha256;  /* as the signed index says */
};

struct kernel_package {
	char *release;              /* "6.1.0-52-cloud-amd64" */
	char *version;              /* Debian version, "6.1.180-1" */
	struct package_ref image;   /* holds the kernel image: linux-image-*, or linux-binary-* in the newer layout */
	struct package_ref config;  /* holds the configuration when `image` does not; name NULL when there is none */
	struct package_ref modules; /* holds the modules; name NULL when the mirror has them no more */
	bool gone;                  /* the mirror turned out not to have the file: as if it were not listed */
};

struct package_index {
	struct kernel_package *kernels; /* sorted by version, then release */
	size_t count;
	char **gaps; /* one line per source that could not be read: a kernel may be missing for that reason only */
	size_t gap_count;
};

/* The kernels of `arch` among the packages: no metapackages, debug or unsigned ones, and none whose linux-binary-* is
 * missing. */
void package_index_build(const struct package_scan *scan, const struct arch *arch, struct package_index *index);
void package_index_add_gap(struct package_index *index, const char *text);
void package_index_free(struct package_index *index);
#define cleanup_package_index __attribute__((cleanup(package_index_free)))

/* The index as text, one line per kernel, and back. A text that is not exactly so is refused with -EINVAL. */
void package_index_write(const struct package_index *index, struct buf *out);
int package_index_read(const char *text, size_t len, const char *path, struct package_index *index, struct error *err);

/*
 * The kernel that a version, newest or release row means: the newest Debian version that fits. NULL when there is none;
 * `err` (may be NULL) then says what the nearest are (usage error, without file and line).
 */
const struct kernel_package *package_index_find(const struct package_index *index, const struct kernel_row *row,
                                                struct error *err);

/* Exactly this release in this version, or NULL. */
const struct kernel_package *package_index_exact(const struct package_index *index, const char *release,
                                                 const char *version);

/*
 * Take note that the mirror lists this kernel and does not have its file (incomplete mirrors exist): it is found no
 * more.
 */
void package_index_strike(struct package_index *index, const char *release, const char *version);

/* What a row calls the flavour, from how the release ends; "" when it ends as none. */
const char *release_flavour(const char *release);

#endif
