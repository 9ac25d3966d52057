/* SPDX-License-Identifier: BSD-2-Clause */
/* text_end: how a text ends. */
#ifndef COREMATRIX_BASE_TEXT_END_H
#define COREMATRIX_BASE_TEXT_END_H

#include <stdbool.h>
#include <string.h>

/* Also when `text` is nothing but the ending. */
static inline bool text_ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), ending_len = strlen(ending);

	return len >= ending_len && !strcmp(text + len - ending_len, ending);
}

#endif
