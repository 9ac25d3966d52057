/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * library_path: the directories that a dynamic linker looks in (ld.so(8)): those of a DT_RPATH or DT_RUNPATH, those of
 * /etc/ld.so.conf, and the standard ones. Lists of names only; file_closure finds out whether a library exists.
 */
#ifndef COREMATRIX_HOST_OBJECT_LIBRARY_PATH_H
#define COREMATRIX_HOST_OBJECT_LIBRARY_PATH_H

#include "host/arch/arch.h"
#include "host/lib/strings.h"

/*
 * Append the directories of a DT_RPATH or DT_RUNPATH `text`; $ORIGIN and ${ORIGIN} become `origin`. Relative ones are
 * below `directory`. One with another $TOKEN is left out: what it stands for, only the linker knows.
 */
void library_path_split(const char *text, const char *origin, const char *directory, struct strings *out);

/*
 * Append the directories that the file `conf` (of the form of /etc/ld.so.conf) names, its includes followed. It and
 * they are looked for below `root`, without which the directories are named; NULL: in this system.
 */
void library_path_configured(const char *root, const char *conf, struct strings *out);

/* Append the directories that are looked in last. */
void library_path_standard(const struct arch *arch, struct strings *out);

#endif
