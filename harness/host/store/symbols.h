/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols: the names of the functions that a kernel image holds, recorded once beside it: text, one name a line, sorted
 * by bytes, repeated as often as functions bear it. A guest said them (wire/message.h), so they are checked before they
 * are kept. Types know fewer functions (BTF leaves some out), and not what the compiler renamed.
 */
#ifndef COREMATRIX_HOST_STORE_SYMBOLS_H
#define COREMATRIX_HOST_STORE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Name within the entry of the store. */
#define SYMBOLS_NAME "symbols"
#define SYMBOLS_MAX ((size_t)16 << 20)

/*
 * Unpack what a guest sent (one zlib stream of `unpacked` bytes of lines), check and sort it. -EBADMSG when it is not
 * that. Pure.
 */
int symbols_unpack(const void *packed, size_t len, uint32_t unpacked, struct buf *out, struct error *err);

/*
 * The same of a text as /proc/kallsyms of a running kernel: its own functions and those of modules that are loaded.
 * -EBADMSG when it names none. Pure.
 */
int symbols_from_kallsyms(const char *text, size_t len, struct buf *out, struct error *err);

/* How many functions of the text bear exactly this name. Pure, as is the next. */
size_t symbols_count(const char *text, size_t len, const char *name);

/*
 * The first function that is a part or a copy of `name` by the compiler's making: "vfs_read.isra.0", ".constprop.",
 * ".part.", ".cold"; "" when there is none. The caller frees it.
 */
char *symbols_variant(const char *text, size_t len, const char *name);

#endif
