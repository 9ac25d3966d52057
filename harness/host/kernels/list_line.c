/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/kernels/list_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define fail(place, column, ...) list_line_error(place, column, xasprintf(__VA_ARGS__), err)

void list_words_free(struct list_words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->at[i].text);
	free(w->at);
	*w = (struct list_words){0};
}

int list_line_error(const struct list_place *p, size_t column, char *what, struct error *err)
{
	int rc = error_usage(err, "%s:%u:%zu: %s", p->path, p->line, column, what);

	free(what);
	return rc;
}

int list_line_check(const char *line, size_t len, const struct list_place *p, struct error *err)
{
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)line[i];
		size_t step = utf8_decode(line + i, len - i, NULL);

		if (c == 0)
			return fail(p, i + 1, "a NUL byte; expected text (is this a kernel list?)");
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return fail(p, i + 1, "control character 0x%02x; expected text", c);
		if (!step)
			return fail(p, i + 1, "byte 0x%02x is not UTF-8; expected text", c);
		i += step;
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Read the word at line[*pos], which is not a blank. */
static int word_read(const char *line, size_t len, size_t *pos, struct list_word *word, const struct list_place *p,
                     struct error *err)
{
	cleanup_buf struct buf text = {0};
	size_t i = *pos, quote = 0;

	word->column = i + 1;
	for (; i < len && (quote || !is_blank(line[i])); i++) {
		if (line[i] == '"') {
			quote = quote ? 0 : i + 1;
		} else {
			buf_putc(&text, line[i]);
		}
	}
	if (quote)
		return fail(p, quote, "this quote is not closed on its line; expected another \"");
	*pos = i;
	word->text = buf_steal(&text);
	return 0;
}

int list_line_words(const char *line, size_t len, struct list_words *words, const struct list_place *p,
                    struct error *err)
{
	size_t i = 0;

	for (;;) {
		struct list_word word = {0};
		int rc;

		while (i < len && is_blank(line[i]))
			i++;
		if (i == len || line[i] == '#')
			return 0;
		rc = word_read(line, len, &i, &word, p, err);
		if (rc)
			return rc;
		words->at = xrealloc(words->at, words->count + 1, sizeof(*words->at));
		words->at[words->count++] = word;
	}
}
