/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/btf_check.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* What is wrong with one type, NULL when nothing is. */
static const char *bad_name(const struct btf *btf, uint32_t offset)
{
	return btf__str_by_offset(btf, offset) ? NULL : "a name outside the strings";
}

static const char *bad_id(uint32_t id, uint32_t count)
{
	return id < count ? NULL : "a type id that does not exist";
}

static const char *bad_bit_field(const struct btf *btf, const struct btf_type *t, uint16_t i)
{
	const struct btf_type *field;
	uint32_t id = btf_members(t)[i].type;

	if (!btf_member_bitfield_size(t, i))
		return NULL;
	/* Cycles are not excluded yet; no kernel has a bit-field through more than a few typedefs. */
	for (int depth = 0; depth < 32; depth++) {
		field = btf__type_by_id(btf, id);
		if (!field)
			return "a type id that does not exist";
		if (!btf_is_mod(field) && !btf_is_typedef(field))
			break;
		id = field->type;
	}
	if (!btf_is_int(field) && !btf_is_any_enum(field))
		return "a bit-field that is not an integer";
	if (!field->size || field->size > 16 || (field->size & (field->size - 1)))
		return "a bit-field in an integer of impossible size";
	return NULL;
}

static const char *bad_members(const struct btf *btf, const struct btf_type *t, uint32_t count)
{
	const char *bad = NULL;

	for (uint16_t i = 0; i < btf_vlen(t) && !bad; i++) {
		bad = bad_name(btf, btf_members(t)[i].name_off);
		bad = bad ? bad : bad_id(btf_members(t)[i].type, count);
		bad = bad ? bad : bad_bit_field(btf, t, i);
	}
	return bad;
}

static const char *bad_enumerators(const struct btf *btf, const struct btf_type *t)
{
	const char *bad = NULL;

	for (uint16_t i = 0; i < btf_vlen(t) && !bad; i++)
		bad = bad_name(btf, btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off);
	return bad;
}

static const char *bad_type(const struct btf *btf, const struct btf_type *t, uint32_t count)
{
	const char *bad = bad_name(btf, t->name_off);

	if (bad)
		return bad;
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return bad_members(btf, t, count);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return bad_enumerators(btf, t);
	case BTF_KIND_ARRAY:
		bad = bad_id(btf_array(t)->type, count);
		return bad ? bad : bad_id(btf_array(t)->index_type, count);
	case BTF_KIND_FUNC_PROTO:
		for (uint16_t i = 0; i < btf_vlen(t) && !bad; i++) {
			bad = bad_id(btf_params(t)[i].type, count);
			bad = bad ? bad : bad_name(btf, btf_params(t)[i].name_off);
		}
		return bad ? bad : bad_id(t->type, count);
	case BTF_KIND_DATASEC:
		for (uint16_t i = 0; i < btf_vlen(t) && !bad; i++)
			bad = bad_id(btf_var_secinfos(t)[i].type, count);
		return bad;
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_FWD:
		return NULL;
	default:
		return bad_id(t->type, count);
	}
}

/* How many types `t` holds by value or is another name for. */
static uint32_t part_count(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return btf_vlen(t);
	case BTF_KIND_ARRAY:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return 1;
	default:
		return 0;
	}
}

static uint32_t part_at(const struct btf_type *t, uint32_t i)
{
	if (btf_is_composite(t))
		return btf_members(t)[i].type;
	return btf_is_array(t) ? btf_array(t)->type : t->type;
}

enum { UNSEEN, OPEN, DONE };

struct walk {
	uint8_t *state; /* of each type */
	struct visit {
		uint32_t id;
		uint32_t next; /* part to look at next */
	} * stack;
	size_t depth, room;
};

static void walk_into(struct walk *w, uint32_t id)
{
	if (w->depth == w->room) {
		w->room = w->room ? w->room * 2 : 64;
		w->stack = xrealloc(w->stack, w->room, sizeof(*w->stack));
	}
	w->stack[w->depth++] = (struct visit){id, 0};
	w->state[id] = OPEN;
}

static void walk_free(struct walk *w)
{
	free(w->state);
	free(w->stack);
}

/* A type that contains itself, 0 when there is none. Types below `first` belong to a base that was checked before. */
static uint32_t find_cycle(const struct btf *btf, uint32_t first, uint32_t count)
{
	struct walk w __attribute__((cleanup(walk_free))) = {.state = xcalloc(count, 1)};

	for (uint32_t root = first; root < count; root++) {
		if (w.state[root] == UNSEEN)
			walk_into(&w, root);
		while (w.depth) {
			struct visit *top = &w.stack[w.depth - 1];
			const struct btf_type *t = btf__type_by_id(btf, top->id);
			uint32_t part;

			if (top->next == part_count(t)) {
				w.state[top->id] = DONE;
				w.depth--;
				continue;
			}
			part = part_at(t, top->next++);
			if (part < first)
				continue;
			if (w.state[part] == OPEN)
				return part;
			if (w.state[part] == UNSEEN)
				walk_into(&w, part);
		}
	}
	return 0;
}

int btf_check(const struct btf *btf, uint32_t first, struct error *err)
{
	uint32_t count = btf__type_cnt(btf);
	uint32_t loop;

	for (uint32_t id = first; id < count; id++) {
		const char *bad = bad_type(btf, btf__type_by_id(btf, id), count);

		if (bad)
			return error_usage(err, "damaged BTF: type %u has %s", id, bad);
	}
	loop = find_cycle(btf, first, count);
	if (loop)
		return error_usage(err, "damaged BTF: type %u contains itself", loop);
	return 0;
}
