/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt: the index of Debian's kernel packages, and the packages themselves, through the machine's own apt. It owns
 * images/apt/: apt runs with its state, cache and sources there, so no root is needed and the system's apt is left alone,
 * while proxies and other settings of /etc/apt/apt.conf.d keep working. apt checks the archive's signature when the
 * index is read, and a package's hash against that index. store.h calls it; only here is the network touched.
 */
#ifndef COREMATRIX_HOST_APT_H
#define COREMATRIX_HOST_APT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/package_index.h"

/* Base URIs, without a final slash; "" when unknown. */
struct apt_mirrors {
	char *debian;
	char *security;
};

/*
 * Find the Debian mirrors in what `apt-get update --print-uris` says of the system's sources: the base of a
 * `dists/SUITE/main/` whose suite is a Debian release and whose path names Debian, so that other vendors' repositories
 * with the same suite names are passed over. Pure.
 */
void apt_mirrors_parse(const char *text, struct apt_mirrors *mirrors);
void apt_mirrors_free(struct apt_mirrors *mirrors);

/* The security archive's base beside a mirror's: the last "debian" of the path becomes "debian-security". Pure. */
char *apt_security_beside(const char *debian);

/* The text of the private sources list (deb822). `keyring` may be "". Pure. */
void apt_sources_write(const struct apt_mirrors *mirrors, const char *keyring, struct buf *out);

/*
 * What apt-get update complained of, as gaps of the index. A suite that the mirror does not carry is none. Pure.
 */
void apt_gaps_parse(const char *text, struct package_index *index);

/* "KEY=VALUE" of one mirror list file of the `mirror+file:` method: its first URI, or NULL. Pure; the caller frees. */
char *apt_mirror_list_first(const char *text);

/*
 * Bring the index of kernel packages up to date: DIR/kernels.index, from all suites of the mirror. `mirror` overrides
 * the one that the system's apt uses (NULL: $DEBIAN_MIRROR, else the system's). Sources that could not be read become
 * gaps; none at all is an error. Fills `index`.
 */
int apt_update(const char *dir, const char *mirror, struct package_index *index, struct error *err);

/*
 * Read DIR/kernels.index. -ENOENT when there is none, it is damaged, or it is of another mirror than `mirror` (as
 * above) asks for. *age_s is how old it is.
 */
int apt_index_read(const char *dir, const char *mirror, struct package_index *index, long *age_s, struct error *err);

/* Fetch one package to `target` (beside which apt may keep a partial file). -ENOENT when the mirror has it no more. */
int apt_fetch(const struct package_ref *ref, const char *target, struct error *err);

#endif
