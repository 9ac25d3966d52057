/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/strings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void take(struct strings *s, char *text)
{
	s->at = xrealloc(s->at, s->count + 2, sizeof(*s->at));
	s->at[s->count++] = text;
	s->at[s->count] = NULL;
}

void strings_add(struct strings *s, const char *text)
{
	take(s, xstrdup(text));
}

void strings_add_once(struct strings *s, const char *text)
{
	if (!strings_has(s, text))
		strings_add(s, text);
}

void strings_addf(struct strings *s, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	take(s, text ? text : xstrdup(""));
}

bool strings_has(const struct strings *s, const char *text)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->at[i], text))
			return true;
	return false;
}

void strings_free(struct strings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->at[i]);
	free(s->at);
	*s = (struct strings){0};
}

static void quote(struct buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";

	if (*word && strspn(word, plain) == strlen(word)) {
		buf_puts(out, word);
		return;
	}
	buf_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *word);
	}
	buf_putc(out, '\'');
}

char *strings_shell(const struct strings *s)
{
	struct buf out = {0};

	for (size_t i = 0; i < s->count; i++) {
		if (i)
			buf_putc(&out, ' ');
		quote(&out, s->at[i]);
	}
	return buf_steal(&out);
}

char *shell_quote(const char *word)
{
	struct buf out = {0};

	quote(&out, word);
	return buf_steal(&out);
}

/* Append the word that begins at `at`; returns where it ends, NULL when a quote is not closed. */
static const char *word_read(const char *at, struct buf *word)
{
	char quote = 0;

	for (; *at && (quote || !strchr(" \t", *at)); at++) {
		if (*at == quote)
			quote = 0;
		else if (!quote && (*at == '"' || *at == '\''))
			quote = *at;
		else
			buf_putc(word, *at);
	}
	return quote ? NULL : at;
}

bool strings_split(const char *line, struct strings *out)
{
	for (const char *at = line + strspn(line, " \t"); *at; at += strspn(at, " \t")) {
		cleanup_buf struct buf word = {0};

		at = word_read(at, &word);
		if (!at)
			return false;
		strings_add(out, buf_str(&word));
	}
	return true;
}
