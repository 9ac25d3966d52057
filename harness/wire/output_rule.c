/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/output_rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/io.h"

#define WHEN "when "
#define LINE_OF "line "
#define BASENAME ":basename"
#define NAMED "(?<"

static struct output_field *field_add(struct output_rules *r)
{
	r->fields = xrealloc(r->fields, r->count + 1, sizeof(*r->fields));
	r->fields[r->count] = (struct output_field){0};
	return &r->fields[r->count++];
}

/* ---- a regular expression ---- */

/* What a backslash and a letter stand for; in a bracket they are left alone. */
static const struct {
	char letter;
	const char *posix;
} classes[] = {
        {'d', "[0-9]"}, {'D', "[^0-9]"}, {'s', "[[:space:]]"}, {'S', "[^[:space:]]"}, {'w', "[[:alnum:]_]"},
};

static const char *class_of(char letter)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (classes[i].letter == letter)
			return classes[i].posix;
	return NULL;
}

/* A group's name goes, its number stays. Returns how many bytes of `at` were read. */
static size_t group_take(struct output_rules *r, const char *at, struct buf *posix)
{
	size_t len = strncmp(at, NAMED, strlen(NAMED)) ? 0 : strcspn(at + strlen(NAMED), ">");
	struct output_field *f;

	r->groups++;
	buf_putc(posix, '(');
	if (!len || at[strlen(NAMED) + len] != '>')
		return 1;
	f = field_add(r);
	f->name = xstrndup(at + strlen(NAMED), len);
	f->group = r->groups;
	return strlen(NAMED) + len + 1;
}

/* A bracket whole, for what stands in it means itself. */
static size_t bracket_take(const char *at, struct buf *posix)
{
	size_t len = 1;

	len += at[len] == '^';
	len += at[len] == ']';
	while (at[len] && at[len] != ']')
		len += at[len] == '[' && at[len + 1] == ':' ? strcspn(at + len, "]") + (strchr(at + len, ']') != NULL)
		                                            : 1;
	len += at[len] == ']';
	buf_add(posix, at, len);
	return len;
}

static size_t escape_take(const char *at, struct buf *posix)
{
	const char *class = class_of(at[1]);

	if (class)
		buf_puts(posix, class);
	else
		buf_add(posix, at, at[1] ? 2 : 1);
	return at[1] ? 2 : 1;
}

/* `member` is NULL for a table. */
static bool line_add(struct output_rules *r, const char *member, const char *value, struct buf *why)
{
	cleanup_buf struct buf posix = {0};
	char text[128];
	int code;

	if (r->has_line) {
		buf_puts(why, "\"line\" is given twice; keep one");
		return false;
	}
	for (const char *at = value; *at;) {
		if (*at == '\\')
			at += escape_take(at, &posix);
		else if (*at == '[')
			at += bracket_take(at, &posix);
		else if (*at == '(')
			at += group_take(r, at, &posix);
		else
			buf_putc(&posix, *at++);
	}
	code = regcomp(&r->line, buf_str(&posix), REG_EXTENDED);
	if (code) {
		regerror(code, NULL, text, sizeof(text));
		buf_printf(why, "line is \"%s\": %s", value, text);
		return false;
	}
	r->has_line = true;
	r->line_member = member ? xstrdup(member) : NULL;
	return true;
}

/* ---- where the lines are ---- */

static const struct {
	const char *word;
	bool has_path;
	const char *words;
} sources[] = {
        [OUTPUT_BOTH] = {"both", false, "what it prints"}, [OUTPUT_STDOUT] = {"stdout", false, "its stdout"},
        [OUTPUT_STDERR] = {"stderr", false, "its stderr"}, [OUTPUT_FILE] = {"file", true, "the file"},
        [OUTPUT_SOCKET] = {"socket", true, "the socket"},  [OUTPUT_DATAGRAM] = {"datagram", true, "the socket"},
};

static bool from_add(struct output_rules *r, const char *value, struct buf *why)
{
	size_t len = strcspn(value, " ");
	const char *path = value + len + strspn(value + len, " ");

	if (r->has_from) {
		buf_puts(why, "\"from\" is given twice; keep one");
		return false;
	}
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		if (strlen(sources[i].word) != len || strncmp(sources[i].word, value, len) ||
		    sources[i].has_path != (*path == '/'))
			continue;
		r->from = (enum output_from)i;
		r->path = sources[i].has_path ? xstrdup(path) : NULL;
		r->has_from = true;
		return true;
	}
	buf_printf(why,
	           "from is \"%s\"; it can be stdout, stderr, both, file /PATH, socket /PATH or datagram /PATH, with "
	           "the path that it has in the guest",
	           value);
	return false;
}

char *output_from_words(const struct output_rules *r)
{
	return xasprintf("%s%s%s", sources[r->from].words, r->path ? " " : "", r->path ? r->path : "");
}

/* ---- the section ---- */

static void member_add(struct output_rules *r, const char *name, const char *member, const char *wanted)
{
	struct output_field *f = field_add(r);
	size_t len = strlen(member), ending = strlen(BASENAME);

	f->basename = len > ending && !strcmp(member + len - ending, BASENAME);
	f->member = xstrndup(member, f->basename ? len - ending : len);
	f->name = xstrdup(name);
	f->wanted = wanted ? xstrdup(wanted) : NULL;
}

bool output_rules_add(struct output_rules *r, const char *key, const char *value, struct buf *why)
{
	if (!*value) {
		buf_printf(why, "a value is missing after \"%s =\"", key);
		return false;
	}
	if (!strcmp(key, "line"))
		return line_add(r, NULL, value, why);
	if (!strncmp(key, LINE_OF, strlen(LINE_OF)))
		return line_add(r, key + strlen(LINE_OF), value, why);
	if (!strcmp(key, "from"))
		return from_add(r, value, why);
	if (!strcmp(key, "format")) {
		r->json = !strcmp(value, "json");
		if (!r->json)
			buf_printf(why, "format is \"%s\"; it can be json, else give line", value);
		return r->json;
	}
	if (!strncmp(key, WHEN, strlen(WHEN)))
		member_add(r, "", key + strlen(WHEN), value);
	else
		member_add(r, key, value, NULL);
	return true;
}

bool output_rules_check(const struct output_rules *r, struct buf *why)
{
	size_t named = 0;

	for (size_t i = 0; i < r->count; i++) {
		named += !r->fields[i].wanted;
		if (!r->json && r->fields[i].member && !r->fields[i].wanted) {
			buf_printf(
			        why,
			        "[output]: \"%s\" names a member, which only format = json has; name a group of line",
			        r->fields[i].name);
			return false;
		}
	}
	if (!r->json && r->line_member)
		buf_printf(why, "[output]: \"line %s\" is about a member, which only format = json has",
		           r->line_member);
	else if (r->json ? r->has_line && !r->line_member : !r->has_line)
		buf_puts(why, "[output]: give either format = json or line");
	else if (!named)
		buf_puts(why, r->json ? "[output]: give a field and the member that has it: pid = process.pid"
		                      : "[output]: line names no group: (?<pid>\\d+)");
	else
		return true;
	return false;
}

/* ---- a line ---- */

static const json_t *member_find(const json_t *object, const char *path)
{
	while (object && *path) {
		size_t len = strcspn(path, ".");
		cleanup_free char *name = xstrndup(path, len);

		object = json_is_array(object) && isdigit((unsigned char)*name)
		                 ? json_array_get(object, strtoul(name, NULL, 10))
		                 : json_object_get(object, name);
		path += len + (path[len] == '.');
	}
	return object;
}

/* The caller's; NULL for what is no value. */
static char *value_text(const json_t *v)
{
	if (json_is_string(v))
		return xstrndup(json_string_value(v), json_string_length(v));
	if (json_is_integer(v))
		return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_boolean(v))
		return xstrdup(json_is_true(v) ? "1" : "0");
	return json_is_real(v) ? xasprintf("%.0f", json_real_value(v)) : NULL;
}

static bool is_one_of(const char *value, const char *wanted)
{
	size_t len = strlen(value);

	for (const char *at = wanted; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strcspn(at, "|") == len && !memcmp(at, value, len))
			return true;
	}
	return false;
}

/* Returns false when a condition does not hold. */
static bool value_take(const struct output_field *f, const char *value, struct buf *out)
{
	if (f->wanted)
		return value && is_one_of(value, f->wanted);
	if (!value)
		return true;
	buf_puts(out, f->name);
	buf_putc(out, '\0');
	buf_puts(out, f->basename ? io_basename(value) : value);
	buf_putc(out, '\0');
	return true;
}

/* Columns are filled up with blanks. The caller's. */
static char *column_text(const char *line, const regmatch_t *m)
{
	regoff_t start = m->rm_so, end = m->rm_eo;

	while (start < end && line[start] == ' ')
		start++;
	while (end > start && line[end - 1] == ' ')
		end--;
	return xstrndup(line + start, (size_t)(end - start));
}

/* The fields that are groups of the expression. */
static bool line_read(const struct output_rules *r, const char *line, struct buf *out)
{
	cleanup_free regmatch_t *groups = xcalloc(r->groups + 1, sizeof(*groups));

	if (regexec(&r->line, line, r->groups + 1, groups, 0))
		return false;
	for (size_t i = 0; i < r->count; i++) {
		const regmatch_t *m = &groups[r->fields[i].group];
		cleanup_free char *value = NULL;

		if (r->fields[i].member)
			continue;
		value = m->rm_so < 0 ? NULL : column_text(line, m);
		value_take(&r->fields[i], value, out);
	}
	return true;
}

static bool member_line_read(const struct output_rules *r, const json_t *object, struct buf *out)
{
	cleanup_free char *text = value_text(member_find(object, r->line_member));
	size_t len = text ? strlen(text) : 0;

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	return text && line_read(r, text, out);
}

static bool json_read(const struct output_rules *r, const char *line, struct buf *out)
{
	json_t *object = *line == '{' ? json_loads(line, 0, NULL) : NULL;
	bool fits = object != NULL;

	for (size_t i = 0; i < r->count && fits; i++) {
		cleanup_free char *value = NULL;

		if (!r->fields[i].member)
			continue;
		value = value_text(member_find(object, r->fields[i].member));
		fits = value_take(&r->fields[i], value, out);
	}
	if (fits && r->has_line)
		fits = member_line_read(r, object, out);
	json_decref(object);
	return fits;
}

bool output_rules_read(const struct output_rules *r, const char *line, struct buf *out)
{
	size_t before = out->len;
	bool fits = (r->json ? json_read : line_read)(r, line, out) && out->len > before;

	if (!fits && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return fits;
}

void output_rules_free(struct output_rules *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->fields[i].name);
		free(r->fields[i].member);
		free(r->fields[i].wanted);
	}
	free(r->fields);
	free(r->path);
	free(r->line_member);
	if (r->has_line)
		regfree(&r->line);
	*r = (struct output_rules){0};
}
