/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deb_src: what source packages of Debian are made of, the archives of their authors, by name and version, as files on
 * disk. The signature of Debian's lists and the archive's hash are checked when it is fetched, the hash again whenever
 * it is used. It unpacks nothing and knows no package by name. What Debian adds (the .dsc, patches) is left alone:
 * mirrors lose it with a package, while the archive stays as long as any other needs it.
 *
 *   DIR/sources/NAME_VERSION/         the archive of one, and files.sha256: what it has to be (sha256sum's format)
 *   DIR/sources/NAME.newest           the version that was the mirror's newest when it was asked; remove it to ask
 * again DIR/sources/.lock                 flock: one fetches at a time DIR/sources/state/                apt's, while
 * it reads lists
 */
#ifndef COREMATRIX_HOST_SOURCE_DEB_SRC_H
#define COREMATRIX_HOST_SOURCE_DEB_SRC_H

#include "base/error.h"

struct deb_src {
	char *version; /* Debian's: "1.7.0-1" */
	char *archive; /* "DIR/sources/libbpf_1.7.0-1/libbpf_1.7.0.orig.tar.gz" */
};

/*
 * Make a source package's archive available below `dir`, the store. `version` is Debian's, or its authors' (then the
 * newest of Debian's packages of it), or NULL for the newest. What is there already needs no network: with NULL what
 * was the mirror's newest once, or, with a warning, the newest that is there when the mirror cannot be asked. A version
 * that the mirror does not list, or lists and does not have, is an error that names those it lists; a file that differs
 * from the hash in the signed list is -EIO, and not kept. Free with deb_src_free in every case.
 */
int deb_src_fetch(const char *dir, const char *name, const char *version, struct deb_src *found, struct error *err);
void deb_src_free(struct deb_src *found);
#define cleanup_deb_src __attribute__((cleanup(deb_src_free)))

#endif
