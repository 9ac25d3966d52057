/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/variant_section.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/object/object.h"

#define WORD "variant"
/* inih takes 49 bytes of a section's name. */
_Static_assert(sizeof(WORD) + OBJECT_LABEL_MAX <= 49, "the longest name is read whole");

bool variant_section_is(const char *section)
{
	size_t len = strlen(WORD);

	return !strncmp(section, WORD, len) && (!section[len] || strchr(" \t", section[len]));
}

/* What follows the word. */
static const char *name_of(const char *section)
{
	const char *name = section + strlen(WORD);

	return name + strspn(name, " \t");
}

static struct variant_section *find(const struct variant_sections *v, const char *name)
{
	for (size_t i = 0; i < v->count; i++)
		if (!strcmp(v->at[i].name, name))
			return &v->at[i];
	return NULL;
}

bool variant_sections_begin(struct variant_sections *v, const char *section, unsigned line, struct buf *why)
{
	const char *name = name_of(section);
	const struct variant_section *known = find(v, name);

	if (!object_is_label(name)) {
		buf_printf(
		        why,
		        "[%s] has no good name; write [variant NAME] with up to %d letters, digits, \".\", \"-\" and \"_\"",
		        section, OBJECT_LABEL_MAX);
		return false;
	}
	if (!strcmp(name, VARIANT_PLAIN)) {
		buf_puts(why, "\"" VARIANT_PLAIN "\" is the object without a variant; give the variant another name");
		return false;
	}
	if (known) {
		buf_printf(why, "[%s] is given twice, first on line %u; keep one", section, known->line);
		return false;
	}
	v->at = xrealloc(v->at, v->count + 1, sizeof(*v->at));
	v->at[v->count++] = (struct variant_section){.name = xstrdup(name), .line = line};
	return true;
}

bool variant_sections_add(struct variant_sections *v, const char *section, const char *name, const char *value,
                          unsigned line, bool (*is_section)(const char *), struct buf *why)
{
	struct variant_section *to = find(v, name_of(section));
	const char *dot = strchr(name, '.');
	cleanup_free char *first = dot ? xstrndup(name, (size_t)(dot - name)) : xstrdup("");

	if (!to)
		return true;
	if (!dot || !dot[1] || !is_section(first)) {
		buf_printf(
		        why,
		        "unknown key \"%s\" in [%s]; give SECTION.KEY as it would be in the section of that name, such as rodata.verbose, object.workload or expect.default",
		        name, section);
		return false;
	}
	to->lines = xrealloc(to->lines, to->line_count + 1, sizeof(*to->lines));
	to->lines[to->line_count++] = (struct variant_line){steal_ptr(first), xstrdup(dot + 1), xstrdup(value), line};
	return true;
}

bool variant_section_replaces(const struct variant_section *v, const char *section, const char *key)
{
	for (size_t i = 0; i < v->line_count; i++)
		if (!strcmp(v->lines[i].section, section) && !strcmp(v->lines[i].key, key))
			return true;
	return false;
}

bool variant_section_has_line(const struct variant_section *v, unsigned line)
{
	for (size_t i = 0; i < v->line_count; i++)
		if (v->lines[i].line == line)
			return true;
	return line == v->line;
}

void variant_sections_free(struct variant_sections *v)
{
	for (size_t i = 0; i < v->count; i++) {
		for (size_t k = 0; k < v->at[i].line_count; k++) {
			free(v->at[i].lines[k].section);
			free(v->at[i].lines[k].key);
			free(v->at[i].lines[k].value);
		}
		free(v->at[i].lines);
		free(v->at[i].name);
	}
	free(v->at);
	*v = (struct variant_sections){0};
}
