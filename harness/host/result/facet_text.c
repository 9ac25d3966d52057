/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/facet_text.h"

#include <string.h>

#include "base/cleanup.h"

/* From so many members on the largest group is "the others". */
#define MANY 4

bool facet_text_differs(char *const *values, size_t count)
{
	const char *first = NULL;

	for (size_t i = 0; i < count; i++) {
		if (values[i] && first && strcmp(values[i], first) != 0)
			return true;
		first = first ? first : values[i];
	}
	return false;
}

/* ---- versions ---- */

/* The next member from `from` on that is spoken of; `count` when there is none. */
static size_t next_known(const struct facet_family *f, char *const *values, size_t from)
{
	while (from < f->count && !values[from])
		from++;
	return from;
}

static void add_stretches(struct buf *text, const struct facet_family *f, char *const *values)
{
	size_t first = next_known(f, values, 0);

	for (size_t i = first, end, last; i < f->count; i = end) {
		last = i;
		for (end = next_known(f, values, i + 1); end < f->count && !strcmp(values[end], values[i]);) {
			last = end;
			end = next_known(f, values, end + 1);
		}
		buf_printf(text, "%s%s ", i > first ? ", " : "", values[i]);
		if (i == first)
			buf_printf(text, "until %s", f->members[last].label);
		else if (end == f->count)
			buf_printf(text, "from %s on", f->members[i].label);
		else if (last == i)
			buf_printf(text, "with %s", f->members[i].label);
		else
			buf_printf(text, "with %s to %s", f->members[i].label, f->members[last].label);
	}
}

/* ---- others ---- */

static size_t group_size(const struct facet_family *f, char *const *values, const char *value)
{
	size_t size = 0;

	for (size_t i = 0; i < f->count; i++)
		size += values[i] && !strcmp(values[i], value);
	return size;
}

/* The value that most have, where it is told more briefly as that of the others; NULL for none. */
static const char *common_value(const struct facet_family *f, char *const *values)
{
	const char *most = NULL;
	size_t known = 0, size = 1;

	for (size_t i = 0; i < f->count; i++) {
		if (!values[i])
			continue;
		known++;
		if (group_size(f, values, values[i]) > size) {
			most = values[i];
			size = group_size(f, values, values[i]);
		}
	}
	return known >= MANY && known == f->count && size > 2 && size < known ? most : NULL;
}

static void add_names(struct buf *text, const struct facet_family *f, char *const *values, const char *value)
{
	size_t size = group_size(f, values, value), said = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (!values[i] || strcmp(values[i], value) != 0)
			continue;
		buf_printf(text, "%s%s", !said ? "" : said + 1 == size ? " and " : ", ", f->members[i].label);
		said++;
	}
}

static bool is_first_of_its_value(char *const *values, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (values[k] && !strcmp(values[k], values[i]))
			return false;
	return true;
}

static void add_groups(struct buf *text, const struct facet_family *f, char *const *values)
{
	const char *common = common_value(f, values);
	const char *between = "";

	for (size_t i = 0; i < f->count; i++) {
		if (!values[i] || (common && !strcmp(values[i], common)) || !is_first_of_its_value(values, i))
			continue;
		buf_printf(text, "%s%s with ", between, values[i]);
		add_names(text, f, values, values[i]);
		between = "; ";
	}
	if (common)
		buf_printf(text, "%s%s with the others", between, common);
}

void facet_text_add(struct buf *text, enum facet facet, const struct facet_family *f, char *const *values)
{
	if (facet_is_ordered(facet))
		add_stretches(text, f, values);
	else
		add_groups(text, f, values);
}
