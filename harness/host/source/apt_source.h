/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt_source: where Debian's archive is, as text: what the system's apt says of its mirrors, and the sources that the
 * private apt is given. Pure; apt.h uses it.
 */
#ifndef COREMATRIX_HOST_SOURCE_APT_SOURCE_H
#define COREMATRIX_HOST_SOURCE_APT_SOURCE_H

#include "base/buf.h"
#include "host/source/package_index.h"

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
#define cleanup_mirrors __attribute__((cleanup(apt_mirrors_free)))

/* The security archive's base beside a mirror's: the last "debian" of the path becomes "debian-security". Pure. */
char *apt_security_beside(const char *debian);

/* The text of the private sources list (deb822), for the packages of `arch`. `keyring` may be "". Pure. */
void apt_sources_write(const struct apt_mirrors *mirrors, const char *keyring, const struct arch *arch,
                       struct buf *out);

/*
 * What apt-get update complained of, as gaps of the index. A suite that the mirror does not carry is none. Pure.
 */
void apt_gaps_parse(const char *text, struct package_index *index);

/* The first URI of a mirror list (the file of the `mirror+file:` method), or NULL. Pure; the caller frees it. */
char *apt_mirror_list_first(const char *text);

#endif
