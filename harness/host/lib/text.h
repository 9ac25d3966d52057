/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text: what is done to untrusted bytes before people or parsers see them, and how wide text is on a terminal. Pure.
 */
#ifndef COREMATRIX_HOST_LIB_TEXT_H
#define COREMATRIX_HOST_LIB_TEXT_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append `len` bytes so that the result is valid UTF-8 without control characters (C0, DEL, C1) but newline and tab:
 * each offending byte becomes \xNN. Code points that XML 1.0 forbids (U+FFFE, U+FFFF) go the same way.
 */
void text_sanitise(struct buf *out, const char *bytes, size_t len);

/* Put a sanitised copy of `text` (NULL: "") in the place of the string that `slot` owns, which `text` may be part of.
 */
void text_set(char **slot, const char *text);

/* Append `s` sanitised, on one line: every run of newlines and tabs becomes one space. */
void text_add_line(struct buf *out, const char *s);

/* Columns that valid UTF-8 `s` takes on a terminal. */
size_t text_width(const char *s);

/* Append `s`, then spaces up to `width` columns. Longer text is not cut. */
void text_pad(struct buf *out, const char *s, size_t width);

/* Append `count` with its noun: "1 kernel", "2 kernels". */
void text_count(struct buf *out, size_t count, const char *noun);

/* Append text as one field of a line of CSV (RFC 4180), with the comma after it. */
void text_add_csv(struct buf *out, const char *text);

/* Append text as it stands in one cell of a table in Markdown. */
void text_add_table_cell(struct buf *out, const char *text);

#endif
