/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/text.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

static bool is_printable(uint32_t code)
{
	if (code == '\n' || code == '\t')
		return true;
	return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && code != 0xfffe && code != 0xffff;
}

void text_sanitise(struct buf *out, const char *bytes, size_t len)
{
	const unsigned char *s = (const unsigned char *)bytes;

	for (size_t at = 0; at < len;) {
		uint32_t code = 0;
		size_t n = utf8_decode(s + at, len - at, &code);

		if (n && is_printable(code)) {
			buf_add(out, s + at, n);
			at += n;
			continue;
		}
		for (size_t end = at + (n ? n : 1); at < end; at++)
			buf_printf(out, "\\x%02x", s[at]);
	}
}

void text_add_line(struct buf *out, const char *s)
{
	while (*s) {
		size_t run = strcspn(s, "\n\t");
		size_t gap = strspn(s + run, "\n\t");

		text_sanitise(out, s, run);
		s += run + gap;
		if (gap && *s)
			buf_putc(out, ' ');
	}
}

/* wcwidth answers for the thread's locale, and "C" knows ASCII only. NULL when the system lacks C.UTF-8. */
static locale_t utf8_locale(void)
{
	static locale_t utf8;

	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return utf8;
}

size_t text_width(const char *s)
{
	locale_t utf8 = utf8_locale();
	locale_t old = utf8 ? uselocale(utf8) : (locale_t)0;
	size_t len = strlen(s), width = 0;

	for (size_t at = 0; at < len;) {
		uint32_t code = 0;
		size_t n = utf8_decode(s + at, len - at, &code);
		int columns = utf8 ? wcwidth((wchar_t)code) : 1;

		width += n && columns >= 0 ? (size_t)columns : 1;
		at += n ? n : 1;
	}
	if (utf8)
		uselocale(old);
	return width;
}

void text_pad(struct buf *out, const char *s, size_t width)
{
	size_t have = text_width(s);

	buf_puts(out, s);
	for (; have < width; have++)
		buf_putc(out, ' ');
}

void text_count(struct buf *out, size_t count, const char *noun)
{
	buf_printf(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

void text_set(char **slot, const char *text)
{
	struct buf clean = {0};

	if (text)
		text_sanitise(&clean, text, strlen(text));
	free(*slot); /* only now: `text` may be the old content */
	*slot = buf_steal(&clean);
}

void text_add_table_cell(struct buf *out, const char *text)
{
	cleanup_buf struct buf line = {0};

	text_add_line(&line, text);
	for (const char *s = buf_str(&line); *s; s++) {
		if (strchr("|<>&", *s))
			buf_printf(out, "&#%d;", *s);
		else
			buf_putc(out, *s);
	}
}

void text_add_csv(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text; text++)
		buf_puts(out, *text == '"' ? "\"\"" : (char[]){*text, '\0'});
	buf_puts(out, "\",");
}
