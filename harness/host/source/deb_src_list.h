/* SPDX-License-Identifier: BSD-2-Clause */
/* deb_src_list: the versions of one source package in Debian's Sources files (deb-src-control(5)). Pure. */
#ifndef COREMATRIX_HOST_SOURCE_DEB_SRC_LIST_H
#define COREMATRIX_HOST_SOURCE_DEB_SRC_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "host/source/kernel_index.h"
#include "host/source/paragraphs.h"

/* One version of it on the mirror, with the archive of its authors: what Debian adds is not wanted. */
struct deb_src_version {
	char *version;
	struct package_ref archive;
};

struct deb_src_list {
	const char *name; /* of the package; given */
	struct deb_src_version *at;
	size_t count;
};

/* Look at one paragraph, as a struct paragraphs gives it. */
void deb_src_list_take(void *ctx, const struct list_origin *origin, const char *text, size_t len);
void deb_src_list_free(struct deb_src_list *list);
#define cleanup_deb_src_list __attribute__((cleanup(deb_src_list_free)))

/* Whether `wanted` means a package of Debian's `version`: is the same, or its authors' part of it; NULL means any. */
bool deb_src_is_meant(const char *version, const char *wanted);

/* Whether a file of a source package is the archive of its authors: NAME_VERSION.orig.tar.EXT. */
bool deb_src_is_archive(const char *name);

/* The newest that `wanted` means, or NULL. */
const struct deb_src_version *deb_src_list_find(const struct deb_src_list *list, const char *wanted);

/* Forget one that was found, which is not there. */
void deb_src_list_strike(struct deb_src_list *list, const struct deb_src_version *found);

#endif
