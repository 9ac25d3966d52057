/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list_line: one line of a kernel list as words, and errors that say where on it something is wrong. Pure.
 */
#ifndef COREMATRIX_HOST_KERNELS_LIST_LINE_H
#define COREMATRIX_HOST_KERNELS_LIST_LINE_H

#include <stddef.h>

#include "base/error.h"

/* One word of a line, quotes removed. */
struct list_word {
	char *text;
	size_t column; /* in bytes, from 1 */
};

struct list_words {
	struct list_word *at;
	size_t count;
};

/* Where the parser is, for messages. */
struct list_place {
	const char *path;
	unsigned line;
};

/* Record "PATH:LINE:COLUMN: what" as a usage error and free `what`. Returns -EINVAL. */
int list_line_error(const struct list_place *place, size_t column, char *what, struct error *err);

/* Refuse NUL bytes, control characters other than tab, and what is not UTF-8. */
int list_line_check(const char *line, size_t len, const struct list_place *place, struct error *err);

/*
 * Cut a line into words at blanks, up to a # that begins a word; double quotes keep blanks and # together, anywhere in
 * a word. Free with list_words_free either way.
 */
int list_line_words(const char *line, size_t len, struct list_words *words, const struct list_place *place,
                    struct error *err);
void list_words_free(struct list_words *words);

#endif
