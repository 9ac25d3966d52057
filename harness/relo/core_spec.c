/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/core_spec.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

/* Most numbers that libbpf takes in an access string (BPF_CORE_SPEC_MAX_LEN). */
#define ACCESS_MAX 64

static const char *const kind_words[] = {
        [BTF_KIND_INT] = "int",         [BTF_KIND_PTR] = "ptr",         [BTF_KIND_ARRAY] = "array",
        [BTF_KIND_STRUCT] = "struct",   [BTF_KIND_UNION] = "union",     [BTF_KIND_ENUM] = "enum",
        [BTF_KIND_FWD] = "fwd",         [BTF_KIND_TYPEDEF] = "typedef", [BTF_KIND_FLOAT] = "float",
        [BTF_KIND_FUNC_PROTO] = "func", [BTF_KIND_ENUM64] = "enum",
};

bool core_spec_names_field(uint32_t kind)
{
	return kind <= BPF_CORE_FIELD_RSHIFT_U64;
}

static bool names_type(uint32_t kind)
{
	return (kind >= BPF_CORE_TYPE_ID_LOCAL && kind <= BPF_CORE_TYPE_SIZE) || kind == BPF_CORE_TYPE_MATCHES;
}

static bool names_enumval(uint32_t kind)
{
	return kind == BPF_CORE_ENUMVAL_EXISTS || kind == BPF_CORE_ENUMVAL_VALUE;
}

size_t core_spec_plain_len(const char *name)
{
	size_t len = strlen(name);

	/* The last "___" with a name before and a flavour after it, as libbpf's bpf_core_essential_name_len has it. */
	for (size_t at = len; at >= 5; at--) {
		const char *s = name + at - 5;

		if (s[0] != '_' && s[1] == '_' && s[2] == '_' && s[3] == '_' && s[4] != '_')
			return at - 4;
	}
	return len;
}

char *core_spec_strip(const char *text, size_t len)
{
	const char *end = text + len, *close;

	close = len && *text == '<' ? memchr(text, '>', len) : NULL;
	if (close && end - close > 1)
		text = close + 2;
	close = text < end && *text == '[' ? memchr(text, ']', (size_t)(end - text)) : NULL;
	if (close && end - close > 1)
		text = close + 2;
	return xstrndup(text, (size_t)(end - text));
}

const struct btf_type *core_spec_resolve(const struct btf *btf, uint32_t type_id, uint32_t *id)
{
	const struct btf_type *t = btf__type_by_id(btf, type_id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		type_id = t->type;
		t = btf__type_by_id(btf, type_id);
	}
	if (id)
		*id = type_id;
	return t;
}

/* Numbers of "0:1:2"; returns how many, or 0 when the string is not an access string. */
static size_t parse_access(const char *s, uint32_t numbers[ACCESS_MAX])
{
	size_t count = 0;

	for (;; s++) {
		unsigned long n;
		char *end;

		if (!isdigit((unsigned char)*s) || count == ACCESS_MAX)
			return 0;
		n = strtoul(s, &end, 10);
		if (n > INT_MAX)
			return 0;
		numbers[count++] = (uint32_t)n;
		if (!*end)
			return count;
		if (*end != ':')
			return 0;
		s = end;
	}
}

static bool add_enumerator(const struct btf *btf, const struct btf_type *t, uint32_t index, struct buf *out)
{
	uint32_t name;

	if (!btf_is_any_enum(t) || index >= btf_vlen(t))
		return false;
	name = btf_is_enum(t) ? btf_enum(t)[index].name_off : btf_enum64(t)[index].name_off;
	buf_printf(out, "::%s", btf__str_by_offset(btf, name));
	return true;
}

/* Follow the numbers after the first through members and elements. */
static bool add_path(const struct btf *btf, uint32_t id, const uint32_t *numbers, size_t count, struct buf *out)
{
	if (numbers[0])
		buf_printf(out, "[%u]", numbers[0]);
	for (size_t i = 1; i < count; i++) {
		const struct btf_type *t = core_spec_resolve(btf, id, NULL);
		const char *name;

		if (btf_is_array(t)) {
			/* Bounds are libbpf's to judge: it lets a flexible array pass. */
			buf_printf(out, "[%u]", numbers[i]);
			id = btf_array(t)->type;
			continue;
		}
		if (!btf_is_composite(t) || numbers[i] >= btf_vlen(t))
			return false;
		name = btf__str_by_offset(btf, btf_members(t)[numbers[i]].name_off);
		if (*name)
			buf_printf(out, ".%s", name);
		id = btf_members(t)[numbers[i]].type;
	}
	return true;
}

bool core_spec_format(const struct btf *btf, uint32_t kind, uint32_t type_id, const char *access, struct buf *out)
{
	const struct btf_type *root = btf__type_by_id(btf, type_id);
	const char *name = btf__str_by_offset(btf, root->name_off);
	const char *word =
	        btf_kind(root) < sizeof(kind_words) / sizeof(*kind_words) ? kind_words[btf_kind(root)] : NULL;
	uint32_t numbers[ACCESS_MAX];
	struct buf path = {0};
	size_t count;
	bool fits;

	buf_printf(out, "%s%s%s", word ? word : "", word ? " " : "", *name ? name : "<anonymous>");
	if (names_type(kind))
		return !strcmp(access, "0");
	count = parse_access(access, numbers);
	if (!count)
		fits = false;
	else if (names_enumval(kind))
		fits = count == 1 && add_enumerator(btf, core_spec_resolve(btf, type_id, NULL), numbers[0], &path);
	else
		fits = core_spec_names_field(kind) && add_path(btf, type_id, numbers, count, &path);
	buf_printf(out, "%s%s", fits ? "" : " + ", fits ? buf_str(&path) : access);
	buf_free(&path);
	return fits;
}
