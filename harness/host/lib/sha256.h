/* SPDX-License-Identifier: BSD-2-Clause */
/* sha256: the one hash of the harness, as lower-case hexadecimal text. */
#ifndef COREMATRIX_HOST_LIB_SHA256_H
#define COREMATRIX_HOST_LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Hash of `len` bytes; the caller frees the text. */
char *sha256_bytes(const void *bytes, size_t len);

/* Hash of a whole file into *hex (the caller frees it), its length into *size (may be NULL). 0 or a negative errno. */
int sha256_file(const char *path, char **hex, uint64_t *size, struct error *err);

#endif
