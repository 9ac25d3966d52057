/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * variant_section: the sections [variant NAME] of an object's ini, whose lines SECTION.KEY = VALUE stand in place of
 * those with the same key in the section of that name, or beside them. Owns the variants' names and lines; what a line
 * of a section means is object_ini's business. Pure.
 */
#ifndef COREMATRIX_HOST_OBJECT_VARIANT_SECTION_H
#define COREMATRIX_HOST_OBJECT_VARIANT_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* What the object as its ini has it without a variant is called among them. */
#define VARIANT_PLAIN "plain"

struct variant_line {
	char *section, *key, *value;
	unsigned line; /* in the ini */
};

struct variant_section {
	char *name;
	unsigned line; /* of its header */
	struct variant_line *lines;
	size_t line_count;
};

struct variant_sections {
	struct variant_section *at;
	size_t count;
};

/* True for "variant" and whatever follows it after a blank: the header of a variant, be its name right or wrong. */
bool variant_section_is(const char *section);

/* Begin the variant of the header [`section`]; false with `why` for a name that is wrong, or there already. */
bool variant_sections_begin(struct variant_sections *v, const char *section, unsigned line, struct buf *why);

/*
 * Add a line of [`section`] to its variant. False with `why` when `name` is not SECTION.KEY with a section that
 * `is_section` knows. Lines of a header that was refused are dropped: true.
 */
bool variant_sections_add(struct variant_sections *v, const char *section, const char *name, const char *value,
                          unsigned line, bool (*is_section)(const char *), struct buf *why);

/* Whether the variant has a line that takes the place of `key` in [`section`]. */
bool variant_section_replaces(const struct variant_section *v, const char *section, const char *key);

/* Whether line number `line` of the ini is the variant's: its header, or one of its lines. */
bool variant_section_has_line(const struct variant_section *v, unsigned line);

void variant_sections_free(struct variant_sections *v);

#endif
