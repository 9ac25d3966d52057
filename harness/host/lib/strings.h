/* SPDX-License-Identifier: BSD-2-Clause */
/* strings: a growing, NULL-terminated list of owned strings, as argv wants it. */
#ifndef COREMATRIX_HOST_LIB_STRINGS_H
#define COREMATRIX_HOST_LIB_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **at; /* NULL-terminated; NULL while empty */
	size_t count;
};

void strings_add(struct strings *s, const char *text);
void strings_add_once(struct strings *s, const char *text); /* unless it is there already */
void strings_addf(struct strings *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool strings_has(const struct strings *s, const char *text);
void strings_free(struct strings *s);
#define cleanup_strings __attribute__((cleanup(strings_free)))

/* The list as one line a POSIX shell reads back word for word; the caller frees it. */
char *strings_shell(const struct strings *s);

/* One word as a POSIX shell reads it back; the caller frees it. */
char *shell_quote(const char *word);

/* Add the words of `line`: blanks between them, single or double quotes around what belongs together. False when a
 * quote is not closed. */
bool strings_split(const char *line, struct strings *out);

#endif
