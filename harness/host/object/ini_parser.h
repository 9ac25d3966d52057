/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ini_parser: what is known while the ini of an object is read, for the modules that read it: lines, sections, keys.
 * Within object_ini only.
 */
#ifndef COREMATRIX_HOST_OBJECT_INI_PARSER_H
#define COREMATRIX_HOST_OBJECT_INI_PARSER_H

#include <stdbool.h>

#include "base/buf.h"
#include "host/object/object_ini.h"
#include "host/object/variant_section.h"
#include "wire/output_rule.h"

/* Keys of [object]; one more is a line in ini_object.c. */
#define INI_OBJECT_KEYS 12

struct ini_parser {
	const char *rest; /* text not read yet */
	const char *path;
	unsigned line; /* of the line inih is working on: its handler is not told */
	struct output_rules output;
	unsigned output_line; /* of the last key of [output], 0: there is none */
	bool in_event;        /* within [event], whose layout may go over several lines */
	struct object_ini *ini;
	unsigned seen[INI_OBJECT_KEYS]; /* line of each key of [object], 0 when not given; in the order of ini_object.c
	                                 */
	unsigned *setting_lines;        /* line of each setting of `ini` */
	/* What is read: the plain ini, with the sections of its variants put aside; or one of these in its place. */
	struct variant_sections variants;
	const struct variant_section *variant;
	struct buf mistakes;
};

/* A mistake in that line, told with all others once the text is read. */
void ini_mistake(struct ini_parser *p, unsigned line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Takes what the setting holds. */
void ini_add_setting(struct ini_parser *p, struct job_setting setting);
/* One of the object as a whole. */
void ini_add_plain(struct ini_parser *p, enum setting_key key, const char *value);

/* A text that must not be empty. */
void ini_set_text(struct ini_parser *p, char **slot, const char *value);

#endif
