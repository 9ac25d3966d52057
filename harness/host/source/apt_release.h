/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt_release: what the signed Release file of a suite says of its age and its lists. Debian signs testing and unstable
 * for a week at a time; a mirror that stands still (a snapshot, say) is past that. Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_APT_RELEASE_H
#define COREMATRIX_HOST_SOURCE_APT_RELEASE_H

#include <stdbool.h>
#include <time.h>

#include "base/buf.h"

/*
 * When the Release (or InRelease) file `text` was valid until a time before `now`, add its suite and both dates to
 * `old`: "forky, sid (of 30 Oct 2026, valid until 6 Nov 2026); …". A file that names no such time is never old.
 */
void apt_release_add_old(const char *suite, const char *text, time_t now, struct buf *old);

/*
 * Whether a Release (or InRelease) file names the list `key` ("main/…/Packages"), plain or compressed, and
 * does not say that it is empty.
 */
bool apt_release_names(const char *text, const char *key);

#endif
