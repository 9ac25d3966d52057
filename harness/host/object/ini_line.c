/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/ini_line.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/object/ini_section.h"
#include "wire/c_members.h"

/*
 * inih says only which line was the first bad one, so the form of each line is checked before inih sees it. Returns
 * false after recording a mistake.
 */
static bool check_line(struct ini_parser *p, const char *line, size_t len)
{
	const char *close = memchr(line, ']', len);
	cleanup_free char *name = NULL;

	if (!len || line[0] == ';' || line[0] == '#')
		return true;
	if (line[0] != '[') {
		if (line[0] != '=' && memchr(line, '=', len))
			return true;
		ini_mistake(p, p->line, "\"%.*s\" is neither [section] nor key = value", (int)len, line);
		return false;
	}
	if (!close) {
		ini_mistake(p, p->line, "the section's name is not closed; write [object] or [expect]");
		return false;
	}
	name = xstrndup(line + 1, (size_t)(close - line - 1));
	ini_take_header(p, name);
	return true;
}

/*
 * `layout = { … }` of [event], which is longer than inih takes a line to be: read up to the brace that closes it. False
 * when the text at `line` is none.
 */
static bool layout_line(struct ini_parser *p, const char *line)
{
	static const char key[] = "layout";
	const char *at = line + sizeof(key) - 1, *end;
	cleanup_free char *value = NULL;
	int depth = 0;

	if (!p->in_event || strncmp(line, key, sizeof(key) - 1))
		return false;
	at += strspn(at, " \t");
	if (*at++ != '=')
		return false;
	at += strspn(at, " \t");
	for (end = at; *end && (depth || (*end != '\n' && *end != ';')); end++) {
		depth += (*end == '{') - (*end == '}');
		if (*end == '}' && !depth) {
			end++;
			break;
		}
	}
	if (!strncmp(end + strspn(end, " \t"), C_MEMBERS_PACKED, strlen(C_MEMBERS_PACKED)))
		end += strspn(end, " \t") + strlen(C_MEMBERS_PACKED);
	value = xstrndup(at, (size_t)(end - at));
	ini_take_layout(p, value);
	/* what was read here, inih does not see */
	while (p->rest < end) {
		size_t len = strcspn(p->rest, "\n");

		p->rest += len + (p->rest[len] == '\n');
		p->line++;
	}
	return true;
}

char *ini_next_line(char *out, int room, void *ctx)
{
	struct ini_parser *p = ctx;
	size_t whole = strcspn(p->rest, "\n");
	const char *line = p->rest;
	size_t lead = strspn(line, " \t\r"), len;

	if (!*p->rest)
		return NULL;
	p->line++;
	p->rest += whole + (p->rest[whole] == '\n');
	lead = lead < whole ? lead : whole;
	line += lead;
	if (layout_line(p, line)) {
		memcpy(out, "\n", 2);
		return out;
	}
	for (len = whole - lead; len && isspace((unsigned char)line[len - 1]);)
		len--;
	if (len + 2 > (size_t)room) {
		ini_mistake(p, p->line, "the line is longer than %d bytes; shorten it", room - 2);
		len = 0;
	}
	if (!check_line(p, line, len))
		len = 0;
	memcpy(out, line, len);
	memcpy(out + len, "\n", 2);
	return out;
}
