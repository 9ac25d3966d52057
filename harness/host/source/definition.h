/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * definition: the file by which a user makes a source known, whatever kind it is of: its text, and which index belongs
 * to it.
 */
#ifndef COREMATRIX_HOST_SOURCE_DEFINITION_H
#define COREMATRIX_HOST_SOURCE_DEFINITION_H

#include "host/source/source.h"

/*
 * Read the file of a source; *place (the caller frees it, also after an error) is what an index of it is marked with.
 * A file that cannot be read is a usage error.
 */
int definition_read(const struct kernel_source *self, struct buf *text, char **place, struct error *err);

/* The callback `serves`: whether an index was made by the definition as it is now. */
bool definition_serves(const struct kernel_source *self, const struct kernel_index *index);

/* The directory, absolute, that a definition is in, where what it names relatively is; the caller frees it. */
char *definition_directory(const char *path);

#endif
