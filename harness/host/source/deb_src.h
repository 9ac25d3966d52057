/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deb_src: source packages of Debian, by name and version, as files on disk. The archive's signature and each file's
 * hash are checked when they are fetched, the hashes again whenever they are used. It unpacks nothing and knows no
 * package by name.
 *
 *   DIR/sources/NAME_VERSION/         the files of one, and files.sha256: what they have to be (sha256sum's format)
 *   DIR/sources/.lock                 flock: one fetches at a time
 *   DIR/sources/state/                apt's, while it reads lists
 */
#ifndef COREMATRIX_HOST_SOURCE_DEB_SRC_H
#define COREMATRIX_HOST_SOURCE_DEB_SRC_H

#include "base/error.h"
#include "host/lib/strings.h"

struct deb_src {
	char *version;        /* Debian's: "1.7.0-1" */
	char *directory;      /* "DIR/sources/libbpf_1.7.0-1" */
	struct strings files; /* their names in it, the .dsc first */
};

/*
 * Make a source package available below `dir`, the store. `version` is Debian's, or its authors' (then the newest of
 * Debian's packages of it), or NULL for the newest. What is there already needs no network: with NULL the newest that
 * is there. A version that the mirror does not have is a usage error that names those it has; a file that differs from
 * the hash in the signed list is -EIO, and not kept. Free with deb_src_free in every case.
 */
int deb_src_fetch(const char *dir, const char *name, const char *version, struct deb_src *found, struct error *err);
void deb_src_free(struct deb_src *found);
#define cleanup_deb_src __attribute__((cleanup(deb_src_free)))

#endif
