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
