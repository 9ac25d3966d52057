/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/btf_field.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/near_name.h"
#include "relo/core_spec.h"

/* Anonymous members within anonymous members; the kernel's deepest is 5. */
#define NESTING_MAX 32

/* One name of a path, with an element number where "[3]" follows it. */
struct step {
	const char *name;
	size_t len;
	uint32_t element;
	bool has_element;
};

/* Cut the next step off `*path`. Returns 1, 0 at the end of the path, -EINVAL for anything else. */
static int next_step(const char **path, struct step *step)
{
	const char *s = *path;
	char *end;

	if (!*s)
		return 0;
	*step = (struct step){.name = s};
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	step->len = (size_t)(s - step->name);
	if (!step->len)
		return -EINVAL;
	if (*s == '[') {
		unsigned long n;

		if (!isdigit((unsigned char)s[1]))
			return -EINVAL;
		n = strtoul(s + 1, &end, 10);
		if (*end != ']' || n > UINT32_MAX)
			return -EINVAL;
		step->element = (uint32_t)n;
		step->has_element = true;
		s = end + 1;
	}
	if (*s == '.' && s[1])
		s++;
	else if (*s)
		return -EINVAL;
	*path = s;
	return 1;
}

static const struct btf_type *find_root(const struct btf *btf, const struct step *step)
{
	static const __u32 kinds[] = {BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_TYPEDEF};
	cleanup_free char *name = xstrndup(step->name, step->len);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int id = btf__find_by_name_kind(btf, name, kinds[i]);
		const struct btf_type *t = id > 0 ? core_spec_resolve(btf, (uint32_t)id, NULL) : NULL;

		if (t && btf_is_composite(t))
			return t;
	}
	return NULL;
}

struct member {
	const struct btf_type *parent;
	uint16_t index;
	uint32_t offset_bits; /* from the type that was searched */
};

static bool find_member(const struct btf *btf, const struct btf_type *t, const struct step *step, int depth,
                        struct member *found)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *name = btf__str_by_offset(btf, m->name_off);
		const struct btf_type *inner;

		if (*name) {
			if (strlen(name) != step->len || strncmp(name, step->name, step->len))
				continue;
			*found = (struct member){t, i, btf_member_bit_offset(t, i)};
			return true;
		}
		inner = core_spec_resolve(btf, m->type, NULL);
		if (depth < NESTING_MAX && inner && btf_is_composite(inner) &&
		    find_member(btf, inner, step, depth + 1, found)) {
			found->offset_bits += btf_member_bit_offset(t, i);
			return true;
		}
	}
	return false;
}

/* Go to an element of the array that `field` is; -ENXIO when it is none or has no such element. */
static int enter_element(const struct btf *btf, uint32_t element, struct btf_field *field)
{
	const struct btf_type *t = core_spec_resolve(btf, field->type_id, NULL);
	int64_t size;

	if (!t || !btf_is_array(t) || (btf_array(t)->nelems && element >= btf_array(t)->nelems))
		return -ENXIO;
	size = btf__resolve_size(btf, btf_array(t)->type);
	if (size < 0)
		return -ENXIO;
	field->type_id = btf_array(t)->type;
	field->size_bits = (uint32_t)size * 8;
	field->offset_bits += element * field->size_bits;
	return 0;
}

/* Whether the field, or what the array consists of, is a signed number. */
static bool type_is_signed(const struct btf *btf, uint32_t type_id)
{
	const struct btf_type *t = core_spec_resolve(btf, type_id, NULL);

	while (t && btf_is_array(t))
		t = core_spec_resolve(btf, btf_array(t)->type, NULL);
	return t && ((btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_SIGNED)) || (btf_is_any_enum(t) && btf_kflag(t)));
}

static int enter_member(const struct btf *btf, const struct btf_type *t, const struct step *step,
                        struct btf_field *field)
{
	struct member m;
	uint32_t bits;
	int64_t size;

	if (!find_member(btf, t, step, 0, &m))
		return -ENXIO;
	field->offset_bits += m.offset_bits;
	field->type_id = btf_members(m.parent)[m.index].type;
	bits = btf_member_bitfield_size(m.parent, m.index);
	field->bitfield = bits != 0;
	size = btf__resolve_size(btf, field->type_id);
	/* A flexible array or an incomplete type has no size of its own. */
	field->size_bits = bits ? bits : size > 0 ? (uint32_t)size * 8 : 0;
	return step->has_element ? enter_element(btf, step->element, field) : 0;
}

/*
 * Follow `path` as far as it goes. `*parent` is the type in which the last step was looked up, `step` that step: what
 * btf_field_near needs when it was not found.
 */
static int walk(const struct btf *btf, const char *path, struct btf_field *field, const struct btf_type **parent,
                struct step *step)
{
	int more = next_step(&path, step);
	const struct btf_type *t;

	*field = (struct btf_field){0};
	*parent = NULL;
	if (more <= 0 || step->has_element || !*path)
		return -EINVAL;
	t = find_root(btf, step);
	if (!t)
		return -ENOENT;
	while ((more = next_step(&path, step)) > 0) {
		int ret;

		while (t && btf_is_array(t)) {
			ret = enter_element(btf, 0, field);
			if (ret)
				return ret;
			t = core_spec_resolve(btf, field->type_id, NULL);
		}
		if (!t || !btf_is_composite(t))
			return -ENXIO;
		*parent = t;
		ret = enter_member(btf, t, step, field);
		if (ret)
			return ret;
		t = core_spec_resolve(btf, field->type_id, NULL);
	}
	return more;
}

int btf_field_find(const struct btf *btf, const char *path, struct btf_field *field)
{
	const struct btf_type *parent;
	struct step step;
	int ret = walk(btf, path, field, &parent, &step);

	if (ret)
		return ret;
	field->is_signed = type_is_signed(btf, field->type_id);
	return 0;
}

static void offer_members(const struct btf *btf, const struct btf_type *t, int depth, struct near_name *near)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__str_by_offset(btf, btf_members(t)[i].name_off);
		const struct btf_type *inner;

		if (*name) {
			near_name_offer(near, name);
			continue;
		}
		inner = core_spec_resolve(btf, btf_members(t)[i].type, NULL);
		if (depth < NESTING_MAX && inner && btf_is_composite(inner))
			offer_members(btf, inner, depth + 1, near);
	}
}

char *btf_field_near(const struct btf *btf, const char *path)
{
	const struct btf_type *parent;
	cleanup_free char *wanted = NULL;
	struct near_name near = {0};
	struct btf_field field;
	struct step step;

	if (walk(btf, path, &field, &parent, &step) != -ENXIO || !parent)
		return xstrdup("");
	near.wanted = wanted = xstrndup(step.name, step.len);
	offer_members(btf, parent, 0, &near);
	return near_name_text(&near);
}
