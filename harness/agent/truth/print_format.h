/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print_format: reads printed lines by the formats they were printed with, which lie in an object's read-only data.
 * Pure but for the look into the object's maps.
 *
 * A word right before a conversion, followed by `=` or `:` ("ppid=%d", "comm: %s"), names its value; other values go
 * by their number in the line: "%1" is the first.
 */
#ifndef COREMATRIX_AGENT_TRUTH_PRINT_FORMAT_H
#define COREMATRIX_AGENT_TRUTH_PRINT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include <bpf/libbpf.h>

#include "agent/truth/event.h"

struct print_format {
	char *text;
	char **names; /* of its values in order, as an ini has them; NULL: its own text tells */
	size_t name_count;
};

struct print_formats {
	struct print_format *at;
	size_t count;
	bool unnamed; /* some value of some format has no name that tells what it is */
};

/* Whether the name of a value tells what it is: the field of a subject. */
bool print_format_names(const char *name);

/* Add every format that `bytes` hold: text that ends with a NUL and has a conversion. */
void print_formats_find(struct print_formats *formats, const void *bytes, size_t size);

/* Add those of the object's read-only data. Free with print_formats_free. */
void print_formats_read(struct print_formats *formats, struct bpf_object *obj);

/*
 * Name the values of the formats that print such a line, in which a name in braces stands for each value: "{comm}
 * ({pid})". A line that no format prints is a format of its own. "{}" keeps the name that the format itself has for it.
 */
void print_formats_name(struct print_formats *formats, const char *line);

/*
 * Read `line` by the first format that explains all of it. Returns the format, and `out` has its values in order, which
 * the caller frees with event_free; or NULL, and `out` is empty.
 */
const char *print_formats_decode(const struct print_formats *formats, const char *line, size_t len, struct event *out);

void print_formats_free(struct print_formats *formats);

#endif
