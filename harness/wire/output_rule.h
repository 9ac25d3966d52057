/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output_rule: how to read what a loader prints, as [output] of its ini tells it:
 *
 *   format = json                        ; an object a line
 *   when type = exec|fork                ; only those whose member is one of these
 *   pid = process.pid                    ; a field's usual name, and the member that has it
 *   comm = process.args.0:basename       ; of an array by number
 *   line data = ^(?<pid>\d+)             ; fields that stand in one member's text
 *
 *   line = ^(?<comm>\S+) +(?<pid>\d+)    ; or a table: a regular expression with named groups
 *
 *   from = file /run/my.log              ; where the lines are; stdout and stderr when it is not said
 *
 * Pure. It knows no meaning of any name, and reads no file.
 */
#ifndef COREMATRIX_WIRE_OUTPUT_RULE_H
#define COREMATRIX_WIRE_OUTPUT_RULE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Where a loader's lines are found. */
enum output_from {
	OUTPUT_BOTH,   /* stdout and stderr, as one */
	OUTPUT_STDOUT, /* the other is kept for the log */
	OUTPUT_STDERR,
	OUTPUT_FILE,     /* that it writes; `path` */
	OUTPUT_SOCKET,   /* a Unix socket that it connects to, a stream; somebody listens at `path` before it is started
	                  */
	OUTPUT_DATAGRAM, /* the same for datagrams, each of which is a line or several */
};

struct output_field {
	char *name;    /* as an event's field would be called */
	char *member;  /* "process.pid"; NULL for a group of the expression */
	size_t group;  /* its number */
	bool basename; /* of a path the last component */
	char *wanted;  /* of a condition: what it has to be, several with `|`; else NULL */
};

/* Zero-initialise; free with output_rules_free. */
struct output_rules {
	enum output_from from;
	char *path; /* of a file or socket, as the loader names it; else NULL */
	bool has_from;
	bool json;
	bool has_line;
	char *line_member; /* whose text `line` is about; NULL: the whole line */
	regex_t line;
	size_t groups;
	struct output_field *fields; /* conditions among them */
	size_t count;
};

/* Take one key of the section. Returns false after appending to `why` what is wrong with it. */
bool output_rules_add(struct output_rules *r, const char *key, const char *value, struct buf *why);

/* Once all are there: whether they say enough. False after appending to `why` what is missing. */
bool output_rules_check(const struct output_rules *r, struct buf *why);

/*
 * Read one line of output without its newline. Returns true when it is an event: then `out` gets name and value of each
 * field that is there, a NUL after each.
 */
bool output_rules_read(const struct output_rules *r, const char *line, struct buf *out);

/* In words: "what it prints", "the file /run/my.log". The caller's. */
char *output_from_words(const struct output_rules *r);

void output_rules_free(struct output_rules *r);
#define cleanup_output_rules __attribute__((cleanup(output_rules_free)))

#endif
