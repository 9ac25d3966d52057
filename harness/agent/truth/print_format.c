/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/print_format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "agent/deeds/view.h"
#include "agent/truth/compare.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* A hostile object may have many; a line is at most a page. */
#define FORMATS_MAX 1024
#define CONVERSIONS_MAX 32
/* Ways to divide a line among its conversions that are tried; an honest format needs a few per byte. */
#define TRIES_MAX 100000

/* One conversion of a format: where it stands, and what it lets through. */
struct conversion {
	size_t start, end; /* of "%d" in the format */
	bool number, hex;  /* digits, a sign, 0x */
};

/* "%-8llu": flags, width, precision, length; then the letter. Returns where it ends, 0 when it is none. */
static size_t conversion_end(const char *format, size_t at)
{
	size_t i = at + 1;

	i += strspn(format + i, "-+ #0");
	i += strspn(format + i, "0123456789.*");
	i += strspn(format + i, "hlzjt");
	if (!format[i] || !strchr("diuxXspc", format[i]))
		return 0;
	/* %pI4, %pks and their like say more after the letter */
	if (format[i] == 'p')
		while (isalnum((unsigned char)format[i + 1]))
			i++;
	return i + 1;
}

static size_t conversions_find(const char *format, struct conversion *out)
{
	size_t count = 0;

	for (size_t i = 0; format[i] && count < CONVERSIONS_MAX; i++) {
		size_t end;

		if (format[i] != '%')
			continue;
		if (format[i + 1] == '%') {
			i++;
			continue;
		}
		end = conversion_end(format, i);
		if (!end)
			return 0;
		out[count++] = (struct conversion){.start = i,
		                                   .end = end,
		                                   .number = strchr("diuxX", format[end - 1]),
		                                   .hex = strchr("xX", format[end - 1])};
		i = end - 1;
	}
	return count;
}

/* The word before the conversion at `start`, when `=` or `:` ties it to that; else "%N". */
static char *value_name(const char *format, size_t start, size_t number)
{
	size_t end = start, from;
	char *name;

	while (end && format[end - 1] == ' ')
		end--;
	if (!end || (format[end - 1] != '=' && format[end - 1] != ':'))
		return xasprintf("%%%zu", number);
	end--;
	while (end && format[end - 1] == ' ')
		end--;
	for (from = end; from && (isalnum((unsigned char)format[from - 1]) || strchr("_.", format[from - 1])); from--)
		;
	if (from == end || isdigit((unsigned char)format[from]))
		return xasprintf("%%%zu", number);
	name = xstrndup(format + from, end - from);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

bool print_format_names(const char *name)
{
	return *name != '%' && (compare_key(name, false) >= 0 || view_claim_find(name, true));
}

static void names_free(struct print_format *f)
{
	for (size_t i = 0; i < f->name_count; i++)
		free(f->names[i]);
	free(f->names);
	f->names = NULL;
	f->name_count = 0;
}

/* Value number `i` of a format. The caller's. */
static char *format_value_name(const struct print_format *f, const struct conversion *c, size_t i)
{
	return i < f->name_count && f->names[i] ? xstrdup(f->names[i]) : value_name(f->text, c[i].start, i + 1);
}

static bool some_unnamed(const struct print_formats *formats)
{
	for (size_t f = 0; f < formats->count; f++) {
		struct conversion c[CONVERSIONS_MAX];
		size_t count = conversions_find(formats->at[f].text, c);

		for (size_t i = 0; i < count; i++) {
			cleanup_free char *name = format_value_name(&formats->at[f], c, i);

			if (!print_format_names(name))
				return true;
		}
	}
	return false;
}

static struct print_format *format_add(struct print_formats *formats, char *text)
{
	formats->at = xrealloc(formats->at, formats->count + 1, sizeof(*formats->at));
	formats->at[formats->count] = (struct print_format){.text = text};
	return &formats->at[formats->count++];
}

void print_formats_find(struct print_formats *formats, const void *bytes, size_t size)
{
	const char *at = bytes, *end = at + size;

	while (at < end && formats->count < FORMATS_MAX) {
		struct conversion found[CONVERSIONS_MAX];
		size_t len = strnlen(at, (size_t)(end - at)), count;

		/* What precedes a text in the same data is not part of it. */
		for (size_t i = len; i-- > 0;)
			if (!isprint((unsigned char)at[i]) && !isspace((unsigned char)at[i])) {
				at += i + 1;
				len -= i + 1;
				break;
			}
		count = at + len < end && len ? conversions_find(at, found) : 0;
		if (count)
			format_add(formats, xstrndup(at, len));
		at += len + 1;
	}
	formats->unnamed = some_unnamed(formats);
}

/* The data of a loaded object is the only entry of a map; libbpf gives its own copy before the load alone. */
static void *data_read(const struct bpf_map *map, size_t *size)
{
	uint32_t key = 0;
	void *bytes;

	*size = bpf_map__value_size(map);
	if (bpf_map__fd(map) < 0 || !*size)
		return NULL;
	bytes = xcalloc(1, *size + 8);
	if (!bpf_map_lookup_elem(bpf_map__fd(map), &key, bytes))
		return bytes;
	free(bytes);
	return NULL;
}

void print_formats_read(struct print_formats *formats, struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		bool constant = bpf_map__is_internal(map) && strstr(bpf_map__name(map), ".rodata");
		size_t size;
		cleanup_free void *bytes = constant ? data_read(map, &size) : NULL;

		if (bytes)
			print_formats_find(formats, bytes, size);
	}
}

/* How much of the rest of a line the conversion may take at most; nothing where there is no number for one. */
static size_t value_reach(const struct conversion *c, const char *line, size_t len)
{
	size_t n = 0, digits;

	if (!c->number)
		return len;
	while (n < len && line[n] == ' ')
		n++;
	n += n < len && line[n] == '-';
	if (c->hex && len - n > 2 && line[n] == '0' && line[n + 1] == 'x')
		n += 2;
	for (digits = n; n < len && (c->hex ? isxdigit((unsigned char)line[n]) : isdigit((unsigned char)line[n]));)
		n++;
	return n > digits ? n : 0;
}

struct span {
	const char *at;
	size_t len;
};

/* Literal text of the format from `from` to `to`, in which %% is one character. Returns its length in the line, or -1.
 */
static ssize_t literal_match(const char *format, size_t from, size_t to, const char *line, size_t len)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++, n++) {
		if (n == len || line[n] != format[i])
			return -1;
		i += format[i] == '%' && format[i + 1] == '%';
	}
	return (ssize_t)n;
}

/* Where a line feed ends the format, the line has lost it. */
static size_t format_length(const char *format)
{
	size_t len = strlen(format);

	while (len && format[len - 1] == '\n')
		len--;
	return len;
}

/* A line that is being divided. */
struct division {
	const char *format;
	const struct conversion *c;
	size_t count;
	struct span *spans;
	unsigned tries;
};

static bool rest_match(struct division *d, size_t i, size_t from, const char *line, size_t len)
{
	const struct conversion *c = d->c;
	const char *format = d->format;
	size_t count = d->count;
	size_t to = i < count ? c[i].start : format_length(format), reach;
	ssize_t literal = to < from ? 0 : literal_match(format, from, to, line, len);

	if (literal < 0)
		return false;
	line += literal;
	len -= (size_t)literal;
	if (i == count)
		return !len;
	reach = value_reach(&c[i], line, len);
	/* The shortest value that lets the rest fit, as a number ends where the next text begins. */
	for (size_t n = c[i].number; n <= reach && d->tries++ < TRIES_MAX; n++) {
		d->spans[i] = (struct span){line, n};
		if (rest_match(d, i + 1, c[i].end, line + n, len - n))
			return true;
	}
	return false;
}

static void value_take(struct event *out, char *name, const struct span *s)
{
	cleanup_buf struct buf pair = {0};
	cleanup_event struct event read;
	struct event_value *v;
	const char *at = s->at;
	size_t len = s->len;

	while (len && *at == ' ') {
		at++;
		len--;
	}
	while (len && at[len - 1] == ' ')
		len--;
	buf_puts(&pair, "x=");
	buf_add(&pair, at, len);
	event_decode_pairs(buf_str(&pair), pair.len, &read);
	out->values = xrealloc(out->values, out->count + 1, sizeof(*out->values));
	v = &out->values[out->count++];
	*v = (struct event_value){.name = name, .kind = EVENT_TEXT, .printed = true, .has_text = true};
	/* a text may look like another pair */
	if (read.count == 1 && read.values[0].has_integer) {
		v->kind = EVENT_INTEGER;
		v->has_integer = true;
		v->is_signed = read.values[0].is_signed;
		v->bits = read.values[0].bits;
		v->integer = read.values[0].integer;
	}
	v->text = xstrndup(at, len);
	v->text_len = len;
}

/* ---- names that an ini gives ---- */

/* What stands for a value where two lines are held against each other; printed text has no such byte. */
#define VALUE '\1'
#define NAME_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

/* The text that a format prints around its values. */
static void format_outline(const char *format, struct buf *out)
{
	struct conversion c[CONVERSIONS_MAX];
	size_t count = conversions_find(format, c), len = format_length(format), next = 0;

	for (size_t i = 0; i < len; i++) {
		if (next < count && i == c[next].start) {
			buf_putc(out, VALUE);
			i = c[next++].end - 1;
			continue;
		}
		buf_putc(out, format[i]);
		i += format[i] == '%' && format[i + 1] == '%';
	}
}

/* The same of a line with names in braces; the names are added to `named`. */
static void line_outline(const char *line, struct print_format *named, struct buf *out)
{
	for (; *line; line++) {
		const char *end = line + 1 + strspn(line + 1, NAME_BYTES);

		if (*line != '{' || *end != '}' || named->name_count == CONVERSIONS_MAX) {
			buf_putc(out, *line);
			continue;
		}
		named->names = xrealloc(named->names, named->name_count + 1, sizeof(*named->names));
		named->name_count++;
		named->names[named->name_count - 1] =
		        end > line + 1 ? xstrndup(line + 1, (size_t)(end - line - 1)) : NULL;
		buf_putc(out, VALUE);
		line = end;
	}
}

static char *format_of(const struct buf *outline)
{
	struct buf format = {0};

	for (size_t i = 0; i < outline->len; i++) {
		if (outline->data[i] == VALUE)
			buf_puts(&format, "%s");
		else
			buf_printf(&format, outline->data[i] == '%' ? "%%%%" : "%c", outline->data[i]);
	}
	return buf_steal(&format);
}

static void names_give(struct print_format *f, const struct print_format *named)
{
	names_free(f);
	f->names = xcalloc(named->name_count + 1, sizeof(*f->names));
	f->name_count = named->name_count;
	for (size_t i = 0; i < named->name_count; i++)
		f->names[i] = named->names[i] ? xstrdup(named->names[i]) : NULL;
}

void print_formats_name(struct print_formats *formats, const char *line)
{
	struct print_format named = {0};
	cleanup_buf struct buf wanted = {0};
	bool known = false;

	line_outline(line, &named, &wanted);
	for (size_t f = 0; f < formats->count; f++) {
		cleanup_buf struct buf outline = {0};

		format_outline(formats->at[f].text, &outline);
		if (strcmp(buf_str(&outline), buf_str(&wanted)))
			continue;
		names_give(&formats->at[f], &named);
		known = true;
	}
	if (!known)
		names_give(format_add(formats, format_of(&wanted)), &named);
	names_free(&named);
	formats->unnamed = some_unnamed(formats);
}

const char *print_formats_decode(const struct print_formats *formats, const char *line, size_t len, struct event *out)
{
	*out = (struct event){.len = len};
	for (size_t f = 0; f < formats->count; f++) {
		const struct print_format *known = &formats->at[f];
		const char *format = known->text;
		struct conversion c[CONVERSIONS_MAX];
		struct span spans[CONVERSIONS_MAX];
		size_t count = conversions_find(format, c);
		struct division d = {.format = format, .c = c, .count = count, .spans = spans};

		if (!rest_match(&d, 0, 0, line, len))
			continue;
		for (size_t i = 0; i < count; i++)
			value_take(out, format_value_name(known, c, i), &spans[i]);
		return format;
	}
	return NULL;
}

void print_formats_free(struct print_formats *formats)
{
	for (size_t i = 0; i < formats->count; i++) {
		names_free(&formats->at[i]);
		free(formats->at[i].text);
	}
	free(formats->at);
	*formats = (struct print_formats){0};
}
