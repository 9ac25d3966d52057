/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/c_members.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define MEMBERS_MAX 512
#define SIZE_MAX_BYTES (1u << 20)
#define DEPTH_MAX 8

static const struct type {
	const char *name;
	uint32_t size;
	bool is_signed;
} types[] = {
        {"char", 1, true},
        {"signed char", 1, true},
        {"unsigned char", 1, false},
        {"bool", 1, false},
        {"_Bool", 1, false},
        {"short", 2, true},
        {"unsigned short", 2, false},
        {"int", 4, true},
        {"unsigned", 4, false},
        {"unsigned int", 4, false},
        {"long", 8, true},
        {"unsigned long", 8, false},
        {"long long", 8, true},
        {"long int", 8, true},
        {"unsigned long long", 8, false},
        {"unsigned long int", 8, false},
        {"__s8", 1, true},
        {"__s16", 2, true},
        {"__s32", 4, true},
        {"__s64", 8, true},
        {"__u8", 1, false},
        {"__u16", 2, false},
        {"__u32", 4, false},
        {"__u64", 8, false},
        {"s8", 1, true},
        {"s16", 2, true},
        {"s32", 4, true},
        {"s64", 8, true},
        {"u8", 1, false},
        {"u16", 2, false},
        {"u32", 4, false},
        {"u64", 8, false},
        {"int8_t", 1, true},
        {"int16_t", 2, true},
        {"int32_t", 4, true},
        {"int64_t", 8, true},
        {"uint8_t", 1, false},
        {"uint16_t", 2, false},
        {"uint32_t", 4, false},
        {"uint64_t", 8, false},
        {"__be16", 2, false},
        {"__be32", 4, false},
        {"__be64", 8, false},
        {"pid_t", 4, true},
        {"uid_t", 4, false},
        {"gid_t", 4, false},
        {"dev_t", 4, false},
        {"mode_t", 4, false},
        {"size_t", 8, false},
        {"ssize_t", 8, true},
};

struct parser {
	const char *at;
	struct c_members *out;
	struct buf *why;
	unsigned depth;
	bool packed;
};

static void blanks_skip(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

static bool fail(struct parser *p, const char *what)
{
	if (!p->why->len)
		buf_printf(p->why, "%s at \"%.40s\"", what, p->at);
	return false;
}

static bool take(struct parser *p, char c)
{
	blanks_skip(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

/* The next identifier; NULL when there is none. The caller's. */
static char *word_take(struct parser *p)
{
	size_t len = 0;
	char *word;

	blanks_skip(p);
	if (!isalpha((unsigned char)*p->at) && *p->at != '_')
		return NULL;
	while (isalnum((unsigned char)p->at[len]) || p->at[len] == '_')
		len++;
	word = xstrndup(p->at, len);
	p->at += len;
	return word;
}

static const struct type *type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

/* All words that together name a type: the longest that do, for the next one is the member's name. */
static const struct type *type_take(struct parser *p)
{
	cleanup_buf struct buf name = {0};
	const struct type *found = NULL;
	const char *end = p->at;

	for (;;) {
		cleanup_free char *word = word_take(p);
		const struct type *longer;

		if (!word)
			break;
		if (!name.len && (!strcmp(word, "const") || !strcmp(word, "volatile")))
			continue;
		buf_printf(&name, "%s%s", name.len ? " " : "", word);
		longer = type_find(buf_str(&name));
		if (longer) {
			found = longer;
			end = p->at;
		} else if (found) {
			break;
		}
	}
	if (found)
		p->at = end;
	return found;
}

static uint32_t align_up(uint32_t offset, uint32_t align)
{
	return (offset + align - 1) / align * align;
}

/* "[16]", several of them multiplied; 1 when there is none. */
static bool count_take(struct parser *p, uint32_t *count, bool *is_array)
{
	uint64_t total = 1;

	*is_array = false;
	while (take(p, '[')) {
		char *end;
		unsigned long n;

		blanks_skip(p);
		n = isdigit((unsigned char)*p->at) ? strtoul(p->at, &end, 0) : 0;
		if (!n || n > SIZE_MAX_BYTES || total * n > SIZE_MAX_BYTES)
			return fail(p, "an array needs a number of elements");
		p->at = end;
		total *= n;
		*is_array = true;
		if (!take(p, ']'))
			return fail(p, "\"]\" is missing");
	}
	*count = (uint32_t)total;
	return true;
}

static bool member_add(struct parser *p, char *path, enum c_kind kind, uint32_t offset, uint32_t size, bool is_signed)
{
	struct c_members *m = p->out;

	if (m->count == MEMBERS_MAX || offset + (uint64_t)size > SIZE_MAX_BYTES) {
		free(path);
		return fail(p, "there are too many members");
	}
	m->at = xrealloc(m->at, m->count + 1, sizeof(*m->at));
	m->at[m->count++] = (struct c_member){path, kind, offset, size, is_signed};
	return true;
}

static char *path_join(const char *prefix, const char *name)
{
	return *prefix && *name ? xasprintf("%s.%s", prefix, name) : xstrdup(*name ? name : prefix);
}

/* Where the next member may lie, and the strictest alignment so far. */
struct place {
	uint32_t offset, align;
};

static bool members_take(struct parser *p, const char *prefix, uint32_t base, struct place *place);

/* `*` and names of one type, up to the semicolon. */
static bool declarators_take(struct parser *p, const struct type *type, const char *prefix, uint32_t base,
                             struct place *place)
{
	do {
		cleanup_free char *name = NULL;
		uint32_t size = type->size, count;
		bool is_pointer = false, is_array;
		enum c_kind kind = C_INTEGER;

		while (take(p, '*'))
			is_pointer = true;
		name = word_take(p);
		if (!name)
			return fail(p, "a member's name is missing");
		if (!count_take(p, &count, &is_array))
			return false;
		size = is_pointer ? 8 : size;
		if (is_array)
			kind = size == 1 ? C_BYTES : C_OTHER;
		if (!p->packed) {
			place->offset = align_up(place->offset, size);
			place->align = size > place->align ? size : place->align;
		}
		if (!member_add(p, path_join(prefix, name), kind, base + place->offset, size * count,
		                type->is_signed && !is_pointer && !is_array))
			return false;
		place->offset += size * count;
	} while (take(p, ','));
	return take(p, ';') || fail(p, "\";\" is missing");
}

/* A struct within, whose members go by its name; it may have none. How it is aligned is known once it was read. */
static bool struct_take(struct parser *p, const char *prefix, uint32_t base, struct place *place)
{
	const char *body = p->at;
	size_t first = p->out->count;
	struct place within = {0, 1};
	cleanup_free char *name = NULL, *path = NULL;
	bool good;

	if (p->depth++ == DEPTH_MAX)
		return fail(p, "structs nest too deep");
	/* once to find its end, its name and its alignment; then in its place */
	good = members_take(p, "", 0, &within);
	if (!good)
		return false;
	name = word_take(p);
	path = path_join(prefix, name ? name : "");
	if (!take(p, ';'))
		return fail(p, "\";\" is missing behind a struct");
	while (p->out->count > first)
		free(p->out->at[--p->out->count].path);
	{
		struct parser again = {
		        .at = body, .out = p->out, .why = p->why, .depth = p->depth, .packed = p->packed};
		struct place inner = {0, 1};

		place->offset = align_up(place->offset, within.align);
		place->align = within.align > place->align ? within.align : place->align;
		good = members_take(&again, path, base + place->offset, &inner);
		place->offset += align_up(inner.offset, inner.align);
	}
	p->depth--;
	return good;
}

static bool members_take(struct parser *p, const char *prefix, uint32_t base, struct place *place)
{
	if (!take(p, '{'))
		return fail(p, "\"{\" is missing");
	while (!take(p, '}')) {
		const char *start = p->at;
		cleanup_free char *word = word_take(p);
		const struct type *type;

		if (word && !strcmp(word, "struct")) {
			blanks_skip(p);
			if (!struct_take(p, prefix, base, place))
				return false;
			continue;
		}
		p->at = start;
		type = type_take(p);
		if (!type)
			return fail(p, "a type is not known");
		if (!declarators_take(p, type, prefix, base, place))
			return false;
	}
	return true;
}

/* What a compiler learns at the end counts from the start. */
static bool is_packed(const char *text)
{
	const char *end = strrchr(text, '}');

	if (!end)
		return false;
	for (end++; isspace((unsigned char)*end);)
		end++;
	return !strncmp(end, C_MEMBERS_PACKED, strlen(C_MEMBERS_PACKED));
}

bool c_members_parse(const char *text, struct c_members *out, struct buf *why)
{
	struct parser p = {.at = text, .out = out, .why = why, .packed = is_packed(text)};
	struct place place = {0, 1};

	*out = (struct c_members){0};
	if (!members_take(&p, "", 0, &place))
		return false;
	blanks_skip(&p);
	p.at += p.packed ? strlen(C_MEMBERS_PACKED) : 0;
	take(&p, ';');
	blanks_skip(&p);
	if (*p.at)
		return fail(&p, "something follows the last \"}\"");
	if (!out->count)
		return fail(&p, "there is no member");
	out->size = align_up(place.offset, place.align);
	return true;
}

void c_members_free(struct c_members *members)
{
	for (size_t i = 0; i < members->count; i++)
		free(members->at[i].path);
	free(members->at);
	*members = (struct c_members){0};
}
