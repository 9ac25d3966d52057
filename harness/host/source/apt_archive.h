/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt_archive: kernels of any archive that apt reads, in the layout of Ubuntu's: the image, its modules and the less
 * used ones of these are a package each, and metapackages say which kernel a suite means by a flavour. Where the
 * archive is, and whose signatures count, is said in a file NAME.sources (sources.list(5), deb822), with its keyring.
 */
#ifndef COREMATRIX_HOST_SOURCE_APT_ARCHIVE_H
#define COREMATRIX_HOST_SOURCE_APT_ARCHIVE_H

#include "host/source/source.h"

/* Of all such sources: they differ in name, listing, directory and definition. */
extern const struct kernel_source apt_archive_source;

/*
 * The text of a NAME.sources as the private apt is given it: of each entry where it is, which suites and components,
 * and Signed-By; a keyring that is no absolute path is one in `directory`. What would take unsigned lists, or says
 * nothing of signatures, is a usage error that names `path`. Pure but for the keyring, which has to be readable.
 */
int apt_archive_sources(const char *text, const char *path, const char *directory, const struct arch *arch,
                        struct buf *out, struct error *err);

#endif
