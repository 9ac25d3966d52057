/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/learn_ini.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wire/c_members.h"

/* What an ini takes of a line, its end included (INI_MAX_LINE of inih). */
#define LINE_MAX_BYTES 196

/* Places that make one struct: a record, or the key or the value of an entry, which begin somewhere in the record. */
struct part {
	const struct learn_place *places;
	size_t count;
	uint32_t base, size; /* size 0: not known */
};

static struct part part_of(const struct learn_shape *s, uint32_t from, uint32_t to)
{
	struct part p = {.base = from, .size = to > from ? to - from : 0};
	size_t first = 0;

	while (first < s->count && s->places[first].at < from)
		first++;
	p.places = s->places + first;
	while (first + p.count < s->count && (!to || s->places[first + p.count].at < to))
		p.count++;
	return p;
}

static const char *number_type(uint32_t width)
{
	return width == 8 ? "__u64" : width == 4 ? "__u32" : width == 2 ? "__u16" : "__u8";
}

/* Both halves of what bpf_get_current_pid_tgid returns: thread and process. */
static bool is_pid_tgid(const struct part *p, size_t i)
{
	const struct learn_place *a = &p->places[i], *b = i + 1 < p->count ? a + 1 : NULL;

	return b && !strcmp(a->name, "pid") && !strcmp(b->name, "pid") && a->width == 4 && b->width == 4 &&
	       b->at == a->at + 4;
}

static bool name_is_taken(const struct part *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(p->places[k].name, p->places[i].name))
			return true;
	return false;
}

static void member_add(struct buf *out, const struct learn_place *place)
{
	if (place->reading == LEARN_TEXT)
		buf_printf(out, "char %s[%" PRIu32 "];", place->name, place->width);
	else if (place->reading == LEARN_BYTES)
		buf_printf(out, "__u8 %s[%" PRIu32 "];", place->name, place->width);
	else
		buf_printf(out, "%s %s;", number_type(place->width), place->name);
}

static void gap_add(struct buf *out, uint32_t at, uint32_t end)
{
	if (end > at)
		buf_printf(out, " __u8 unknown%" PRIu32 "[%" PRIu32 "];", at, end - at);
}

/* Where nothing is aligned by its width, a compiler has to be told. */
static bool needs_packing(const struct part *p)
{
	for (size_t i = 0; i < p->count; i++) {
		uint32_t at = p->places[i].at - p->base, width = p->places[i].width;

		if (p->places[i].reading != LEARN_TEXT && p->places[i].reading != LEARN_BYTES && at % width)
			return true;
	}
	return false;
}

/* Members in C that put every place where it stands. */
static void part_members(const struct part *p, struct buf *out)
{
	uint32_t at = 0;

	buf_putc(out, '{');
	for (size_t i = 0; i < p->count; i++) {
		const struct learn_place *place = &p->places[i];

		gap_add(out, at, place->at - p->base);
		at = place->at - p->base + place->width;
		buf_putc(out, ' ');
		if (is_pid_tgid(p, i)) {
			buf_puts(out, "__u32 pid, tgid;");
			at += p->places[++i].width;
		} else if (name_is_taken(p, i)) {
			/* fields of the task itself go by this too */
			buf_printf(out, "struct { ");
			member_add(out, place);
			buf_printf(out, " } task;");
		} else {
			member_add(out, place);
		}
	}
	gap_add(out, at, p->size);
	buf_puts(out, needs_packing(p) ? " } " C_MEMBERS_PACKED : " }");
}

/* Without one, whose an event is only all kernels together tell. */
static bool has_id(const struct learn_shape *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->places[i].name, "pid") || !strcmp(s->places[i].name, "tid"))
			return true;
	return false;
}

static const struct learn_shape *only_records(const struct learnt *learnt, size_t *count)
{
	const struct learn_shape *found = NULL;

	*count = 0;
	for (size_t i = 0; i < learnt->count; i++) {
		if (learnt->shapes[i].form != RECORD_BYTES)
			continue;
		found = &learnt->shapes[i];
		++*count;
	}
	return found;
}

/* A format with the names of what was found among its values; false when an ini cannot hold the line. */
static bool line_text(const struct learn_shape *s, struct buf *out)
{
	uint32_t value = 0;
	size_t next = 0;

	for (const char *c = s->source; *c; c++) {
		size_t len;

		if (*c == '\n' && !c[1])
			return true;
		if ((unsigned char)*c < 0x20 || *c == ';' || *c == '#')
			return false;
		if (*c != '%' || c[1] == '%') {
			buf_putc(out, *c);
			c += *c == '%';
			continue;
		}
		len = 1 + strspn(c + 1, "-+ #0123456789.*hlzjt");
		/* %pI4 and its like say more after the letter */
		for (bool pointer = c[len] == 'p'; pointer && isalnum((unsigned char)c[len + 1]);)
			len++;
		while (next < s->count && s->places[next].at < value)
			next++;
		buf_printf(out, "{%s}", next < s->count && s->places[next].at == value ? s->places[next].name : "");
		value++;
		c += len;
	}
	return true;
}

static void lines_add(const struct learnt *learnt, struct buf *out, struct buf *rest)
{
	for (size_t i = 0; i < learnt->count; i++) {
		const struct learn_shape *s = &learnt->shapes[i];
		cleanup_buf struct buf line = {0};

		if (s->form != RECORD_FIELDS)
			continue;
		if (!has_id(s))
			buf_puts(rest, "\na printed line without an id, which is learnt anew in every run");
		else if (line_text(s, &line) && *buf_str(&line) != ' ' && line.len < LINE_MAX_BYTES - 8)
			buf_printf(out, "line = %s\n", buf_str(&line));
		else
			buf_puts(rest, "\na printed line that does not fit into a line of an ini");
	}
}

static void event_add(const struct learnt *learnt, struct buf *out, struct buf *rest)
{
	cleanup_buf struct buf section = {0};
	size_t kinds;
	const struct learn_shape *record = only_records(learnt, &kinds);

	if (kinds == 1 && !has_id(record)) {
		buf_puts(rest, "\nevents without an id, which are learnt anew in every run");
	} else if (kinds == 1) {
		struct part whole = part_of(record, 0, record->size);

		buf_puts(&section, "layout = ");
		part_members(&whole, &section);
		buf_putc(&section, '\n');
	} else if (kinds) {
		buf_printf(rest, "\nevents of %zu kinds, of which an ini has one layout", kinds);
	}
	lines_add(learnt, &section, rest);
	if (section.len)
		buf_printf(out, "\n[event]\n%s", buf_str(&section));
}

static void attribute_add(const struct learn_shape *s, const char *attribute, const struct part *p, struct buf *out,
                          struct buf *rest)
{
	cleanup_buf struct buf line = {0};

	if (!p->count)
		return;
	buf_printf(&line, "%s.%s = ", s->source, attribute);
	if (p->count == 1 && p->places->at == p->base && p->places->width == p->size)
		buf_puts(&line, p->places->name);
	else
		part_members(p, &line);
	if (line.len < LINE_MAX_BYTES)
		buf_printf(out, "%s\n", buf_str(&line));
	else
		buf_printf(rest, "\nthe %s of map %s, which does not fit into a line of an ini", attribute, s->source);
}

static void maps_add(const struct learnt *learnt, struct buf *out, struct buf *rest)
{
	cleanup_buf struct buf section = {0};

	for (size_t i = 0; i < learnt->count; i++) {
		const struct learn_shape *s = &learnt->shapes[i];
		struct part key, value;

		if (s->form != RECORD_ENTRY)
			continue;
		if (!has_id(s)) {
			buf_printf(rest, "\nentries of map %s without an id, which are learnt anew in every run",
			           s->source);
			continue;
		}
		key = part_of(s, 0, s->key_size);
		value = part_of(s, s->key_size, s->size);
		if (s->key_size)
			attribute_add(s, "key", &key, &section, rest);
		attribute_add(s, "value", &value, &section, rest);
	}
	if (section.len)
		buf_printf(out, "\n[maps]\n%s", buf_str(&section));
}

void learnt_ini(const struct learnt *learnt, struct buf *out, struct buf *rest)
{
	event_add(learnt, out, rest);
	maps_add(learnt, out, rest);
}
