/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_types: the type of an object's events out of a file of the user's, where the object's own BTF lacks it:
 * `[event] types = FILE`. BTF is read here; DWARF alone is made BTF of by pahole, which has to be installed for it.
 */
#ifndef COREMATRIX_HOST_OBJECT_EVENT_TYPES_H
#define COREMATRIX_HOST_OBJECT_EVENT_TYPES_H

#include "base/buf.h"
#include "base/error.h"

/* What a guest takes of them. */
#define EVENT_TYPES_MAX ((size_t)16 << 20)

/*
 * Append the raw BTF of the file at `path` (an ELF file with .BTF, or with DWARF, or raw BTF), which has to have
 * `struct type` or a typedef of one. Usage errors name the path and what is missing.
 */
int event_types_read(const char *path, const char *type, struct buf *raw, struct error *err);

#endif
