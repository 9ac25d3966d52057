/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/symbols.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/kallsyms.h"

/* ---- keeping ---- */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Cut the text into its lines, in place. Returns how many, 0 when one is empty, unended or not a printable word. */
static size_t cut_lines(char *text, size_t len, char ***lines)
{
	size_t count = 0, n = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\n' && !isgraph((unsigned char)text[i]))
			return 0;
		count += text[i] == '\n';
	}
	*lines = xcalloc(count, sizeof(**lines));
	for (char *at = text; n < count; n++) {
		char *stop = memchr(at, '\n', (size_t)(text + len - at));

		if (stop == at)
			return 0;
		*stop = '\0';
		(*lines)[n] = at;
		at = stop + 1;
	}
	return len && !text[len - 1] ? count : 0;
}

/* Check the lines of `text`, which is cut up, and append them in their order. */
static int add_sorted(char *text, size_t len, struct buf *out, struct error *err)
{
	cleanup_free char **lines = NULL;
	size_t count = cut_lines(text, len, &lines);

	if (!count)
		return error_set(err, EBADMSG, "symbols: not a list of names");
	qsort(lines, count, sizeof(*lines), compare_lines);
	buf_reserve(out, len);
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, lines[i]);
		buf_putc(out, '\n');
	}
	return 0;
}

int symbols_unpack(const void *packed, size_t len, uint32_t unpacked, struct buf *out, struct error *err)
{
	cleanup_free char *text = NULL;
	uLongf size = unpacked;

	if (unpacked > SYMBOLS_MAX)
		return error_set(err, EBADMSG, "symbols: %u bytes, over the %zu allowed", unpacked, SYMBOLS_MAX);
	text = xcalloc(1, (size_t)unpacked + 1);
	if (uncompress((Bytef *)text, &size, packed, (uLong)len) != Z_OK || size != unpacked)
		return error_set(err, EBADMSG, "symbols: damaged, or not the %u bytes that were announced", unpacked);
	return add_sorted(text, size, out, err);
}

int symbols_from_kallsyms(const char *text, size_t len, struct buf *out, struct error *err)
{
	cleanup_buf struct buf names = {0};
	struct kallsyms_function f;

	for (const char *at = text; kallsyms_next(&at, text + len, &f);) {
		buf_add(&names, f.name, f.len);
		buf_putc(&names, '\n');
	}
	return add_sorted(names.data, names.len, out, err);
}

/* ---- looking up ---- */

static size_t line_start(const char *text, size_t at)
{
	while (at && text[at - 1] != '\n')
		at--;
	return at;
}

/* The line at `at` against a name, as strcmp would. */
static int compare_at(const char *text, size_t len, size_t at, const char *name)
{
	const char *stop = memchr(text + at, '\n', len - at);
	size_t line = stop ? (size_t)(stop - text) - at : len - at, n = strlen(name);
	int order = memcmp(text + at, name, line < n ? line : n);

	return order ? order : (line > n) - (line < n);
}

static size_t next_line(const char *text, size_t len, size_t at)
{
	const char *stop = memchr(text + at, '\n', len - at);

	return stop ? (size_t)(stop - text) + 1 : len;
}

/* Offset of the first line that is not less than `name`. */
static size_t lower_bound(const char *text, size_t len, const char *name)
{
	size_t low = 0, high = len;

	while (low < high) {
		size_t middle = line_start(text, low + (high - low) / 2);

		if (compare_at(text, len, middle, name) < 0)
			low = next_line(text, len, middle);
		else
			high = middle;
	}
	return low;
}

size_t symbols_count(const char *text, size_t len, const char *name)
{
	size_t count = 0;

	for (size_t at = lower_bound(text, len, name); at < len && !compare_at(text, len, at, name);
	     at = next_line(text, len, at))
		count++;
	return count;
}

char *symbols_variant(const char *text, size_t len, const char *name)
{
	cleanup_free char *prefix = xasprintf("%s.", name);
	size_t at = lower_bound(text, len, prefix), n = strlen(prefix);

	if (at >= len || len - at < n || memcmp(text + at, prefix, n))
		return xstrdup("");
	return xstrndup(text + at, next_line(text, len, at) - at - 1);
}
