/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/text.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/*
 * Length in bytes of the well-formed sequence at `s` (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF),
 * or 0. The first row that covers the lead byte also bounds the second byte, which is where the forbidden forms show.
 */
static size_t decode_utf8(const unsigned char *s, size_t len, uint32_t *code)
{
	static const struct {
		unsigned char first, last, second_min, second_max;
		uint8_t len;
	} leads[] = {
	        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
	        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof(leads) / sizeof(*leads); i++) {
		if (s[0] < leads[i].first || s[0] > leads[i].last)
			continue;
		if (leads[i].len > len)
			return 0;
		*code = leads[i].len == 1 ? s[0] : s[0] & (0x7fu >> leads[i].len);
		for (size_t k = 1; k < leads[i].len; k++) {
			unsigned char min = k == 1 ? leads[i].second_min : 0x80;
			unsigned char max = k == 1 ? leads[i].second_max : 0xbf;

			if (s[k] < min || s[k] > max)
				return 0;
			*code = *code << 6 | (s[k] & 0x3fu);
		}
		return leads[i].len;
	}
	return 0;
}

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
		size_t n = decode_utf8(s + at, len - at, &code);

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
		size_t n = decode_utf8((const unsigned char *)s + at, len - at, &code);
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
