/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * version_span: the words of a row that mean several versions of the kernel, whatever source has them: "6.12.*", which
 * rows write as "6.12 *", all of that version; "6.12.40..6.12.90" all from one to the other, both among them; "*" all
 * there are. Pure.
 */
#ifndef COREMATRIX_HOST_SOURCE_VERSION_SPAN_H
#define COREMATRIX_HOST_SOURCE_VERSION_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* Of "6.1" 2: how many numbers with dots between them it is; 0 when it is anything else. */
size_t version_numbers(const char *text);

bool version_span_is(const char *spec);

/* Whether a kernel of this version, or release, is meant: "6.12.90-1-lts" is in 6.12.40..6.12.90, and in 6.1..6.12. */
bool version_span_has(const char *spec, const char *version);

#endif
