/* SPDX-License-Identifier: BSD-2-Clause */
/* utf8: what is UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). Pure. */
#ifndef COREMATRIX_BASE_UTF8_H
#define COREMATRIX_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the well-formed sequence at `bytes`, of `len` at least 1; 0: it is not one. `code` may be NULL. */
size_t utf8_decode(const void *bytes, size_t len, uint32_t *code);

#endif
