/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt: the machine's own apt, run with a state, a cache and sources of its own, so that no root is needed and
 * the system's apt is left alone, while proxies and other settings of /etc/apt/apt.conf.d keep working. It reads the
 * lists of Debian's archive, whose signatures apt checks, and brings files, whose hashes apt checks. Nothing else in
 * the room touches the network.
 */
#ifndef COREMATRIX_HOST_SOURCE_APT_H
#define COREMATRIX_HOST_SOURCE_APT_H

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/source/apt_source.h"
#include "host/source/kernel_index.h"
#include "host/source/paragraphs.h"
#include "host/source/source.h"

/*
 * Fetch the lists of all suites of the mirror ($DEBIAN_MIRROR, else the one of the system's apt), hand their paragraphs
 * to `reader` and remove them again; apt works in DIR/state.
 * `complaints` gets what apt said of suites that could not be read, a line each, *mirror (the caller frees it) which
 * mirror it was. Suites whose signed lists are past their date are read all the same, with a warning that names them.
 * 0, or a negative errno when there is no mirror, no room or no apt.
 */
int apt_read_lists(const char *dir, enum apt_lists what, const struct arch *arch, struct paragraphs *reader,
                   char **mirror, struct strings *complaints, struct error *err);

/*
 * The same with the text of any sources (deb822), for those who know where their archive is.
 */
int apt_read_sources(const char *dir, const struct buf *sources, enum apt_lists what, const struct arch *arch,
                     struct paragraphs *reader, struct strings *complaints, struct error *err);

/* $DEBIAN_MIRROR, or NULL. */
const char *apt_mirror_given(void);

/*
 * The callback `fetch` of whatever source: bring one file to `target`, held to its hash if it has one (`sha256` NULL:
 * none). -ENOENT when the mirror does not have what it lists.
 */
int apt_fetch(const struct kernel_source *self, const struct package_ref *ref, const char *target, struct error *err);

#endif
