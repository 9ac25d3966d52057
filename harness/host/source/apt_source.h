/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt_source: where Debian's archive is, as text: what the system's apt says of its mirrors, and the sources that the
 * private apt is given. Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_APT_SOURCE_H
#define COREMATRIX_HOST_SOURCE_APT_SOURCE_H

#include "base/buf.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"

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

/* Which lists of a suite are read. */
enum apt_lists {
	APT_PACKAGES, /* of `arch` */
	APT_SOURCES,
};

/* What apt calls such a list. */
const char *apt_lists_target(enum apt_lists what);

/* The text of the private sources list (deb822). `keyring` may be "". Pure. */
void apt_sources_write(const struct apt_mirrors *mirrors, const char *keyring, enum apt_lists what,
                       const struct arch *arch, struct buf *out);

/* Which lists such a text asks for, of any of its suites: "main/binary-ARCH/Packages". Pure. */
void apt_sources_lists(const char *sources, enum apt_lists what, const struct arch *arch, struct strings *keys);

/* What apt-get update complained of, a line each. A suite that the mirror does not carry is nothing of it. Pure. */
void apt_complaints_parse(const char *text, struct strings *complaints);

/* The first URI of a mirror list (the file of the `mirror+file:` method), or NULL. Pure; the caller frees it. */
char *apt_mirror_list_first(const char *text);

#endif
