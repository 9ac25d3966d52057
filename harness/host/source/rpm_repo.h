/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rpm_repo: kernels of repositories of RPM packages, in the layouts of Fedora and its kin (kernel-core,
 * kernel-modules-core, kernel-modules) and of those that have one package for all. Where they are, and whose signatures
 * count, is said in a file NAME.repo (dnf.conf(5)) with gpgcheck=1 and a gpgkey that is a file. dnf reads the
 * repositories, rpm orders versions and checks the signature of every package.
 */
#ifndef COREMATRIX_HOST_SOURCE_RPM_REPO_H
#define COREMATRIX_HOST_SOURCE_RPM_REPO_H

#include "host/lib/strings.h"
#include "host/source/source.h"

/* Of all such sources: they differ in name, listing, directory and definition. */
extern const struct kernel_source rpm_repo_source;

/*
 * The text of a NAME.repo as dnf is given it, and the files of the keys in it; one that is no absolute path is in
 * `directory`. A repository without gpgcheck=1 or without a key, and what would weaken a check, is a usage error that
 * names `path`. Pure but for the keys, which have to be readable.
 */
int rpm_repo_definition(const char *text, const char *path, const char *directory, struct buf *out,
                        struct strings *keys, struct error *err);

#endif
