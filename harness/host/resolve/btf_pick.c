/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/btf_pick.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How deep libbpf compares types (bpf_core_types_are_compat). */
#define MAX_DEPTH 32

/* What is known of a type; bits. */
enum { PICKED = 1, COMPARED = 2, MATCHED = 4, MATCHED_BEHIND_POINTER = 8 };

struct btf_pick {
	const struct btf *from;
	uint32_t types; /* type ids of `from` end here */
	uint8_t *marks; /* by type id */
	bool **parts;   /* by type id: members or enumerators that are picked, NULL: none */
};

struct btf_pick *btf_pick_new(const struct btf *from)
{
	struct btf_pick *pick = xcalloc(1, sizeof(*pick));

	pick->from = from;
	pick->types = btf__type_cnt(from);
	pick->marks = xcalloc(pick->types, sizeof(*pick->marks));
	pick->parts = xcalloc(pick->types, sizeof(*pick->parts));
	return pick;
}

void btf_pick_free(struct btf_pick *pick)
{
	if (!pick)
		return;
	for (uint32_t id = 0; id < pick->types; id++)
		free(pick->parts[id]);
	free(pick->marks);
	free(pick->parts);
	free(pick);
}

uint32_t btf_pick_count(const struct btf_pick *pick)
{
	uint32_t count = 0;

	for (uint32_t id = 1; id < pick->types; id++)
		count += pick->marks[id] & PICKED;
	return count;
}

static const struct btf_type *type_at(const struct btf_pick *pick, uint32_t id)
{
	return btf__type_by_id(pick->from, id);
}

static void pick_part(struct btf_pick *pick, uint32_t id, uint32_t part)
{
	if (!pick->parts[id])
		pick->parts[id] = xcalloc(btf_vlen(type_at(pick, id)), sizeof(bool));
	pick->parts[id][part] = true;
}

/* Pick the type and all that only names or qualifies it; returns the id of what it comes to. */
static uint32_t pick_through(struct btf_pick *pick, uint32_t id)
{
	const struct btf_type *t = type_at(pick, id);

	pick->marks[id] |= PICKED;
	while (btf_is_mod(t) || btf_is_typedef(t)) {
		id = t->type;
		t = type_at(pick, id);
		pick->marks[id] |= PICKED;
	}
	return id;
}

/* An array's size and its elements' kind are looked at wherever it is. */
static void pick_array(struct btf_pick *pick, uint32_t id)
{
	while (btf_is_array(type_at(pick, id))) {
		const struct btf_array *a = btf_array(type_at(pick, id));

		pick_through(pick, a->index_type);
		id = pick_through(pick, a->type);
	}
}

static void pick_field(struct btf_pick *pick, uint32_t root, const int *access, int len)
{
	uint32_t id = pick_through(pick, root);

	for (int i = 1; i < len; i++) {
		const struct btf_type *t = type_at(pick, id);

		if (btf_is_composite(t) && access[i] >= 0 && access[i] < btf_vlen(t)) {
			pick_part(pick, id, (uint32_t)access[i]);
			id = pick_through(pick, btf_members(t)[access[i]].type);
		} else if (btf_is_array(t)) {
			pick_through(pick, btf_array(t)->index_type);
			id = pick_through(pick, btf_array(t)->type);
		} else {
			return;
		}
	}
	pick_array(pick, id);
}

static void pick_enumerator(struct btf_pick *pick, uint32_t root, int index)
{
	uint32_t id = pick_through(pick, root);

	if (btf_is_any_enum(type_at(pick, id)) && index >= 0 && index < btf_vlen(type_at(pick, id)))
		pick_part(pick, id, (uint32_t)index);
}

/* Whether two types are compatible: structs by their kind, functions by their parameters. */
static void pick_compared(struct btf_pick *pick, uint32_t id, int depth)
{
	const struct btf_type *t;

	id = pick_through(pick, id);
	t = type_at(pick, id);
	if (depth == MAX_DEPTH || pick->marks[id] & COMPARED)
		return;
	pick->marks[id] |= COMPARED;
	if (btf_is_ptr(t)) {
		pick_compared(pick, t->type, depth + 1);
	} else if (btf_is_array(t)) {
		pick_through(pick, btf_array(t)->index_type);
		pick_compared(pick, btf_array(t)->type, depth + 1);
	} else if (btf_is_func_proto(t)) {
		pick_compared(pick, t->type, depth + 1);
		for (uint16_t i = 0; i < btf_vlen(t); i++)
			pick_compared(pick, btf_params(t)[i].type, depth + 1);
	}
}

/* Whether two types match (bpf_core_type_matches): by all they hold, but through a pointer by name and kind only. */
static void pick_matched(struct btf_pick *pick, uint32_t id, bool behind, int depth)
{
	uint8_t mark = behind ? MATCHED_BEHIND_POINTER : MATCHED;
	const struct btf_type *t;

	id = pick_through(pick, id);
	t = type_at(pick, id);
	if (depth == MAX_DEPTH || pick->marks[id] & mark)
		return;
	pick->marks[id] |= mark;
	if (btf_is_ptr(t)) {
		pick_matched(pick, t->type, true, depth + 1);
	} else if (btf_is_array(t)) {
		pick_through(pick, btf_array(t)->index_type);
		pick_matched(pick, btf_array(t)->type, behind, depth + 1);
	} else if (btf_is_func_proto(t)) {
		pick_matched(pick, t->type, behind, depth + 1);
		for (uint16_t i = 0; i < btf_vlen(t); i++)
			pick_matched(pick, btf_params(t)[i].type, behind, depth + 1);
	} else if (btf_is_any_enum(t)) {
		for (uint16_t i = 0; i < btf_vlen(t); i++)
			pick_part(pick, id, i);
	} else if (btf_is_composite(t) && !behind) {
		for (uint16_t i = 0; i < btf_vlen(t); i++) {
			pick_part(pick, id, i);
			pick_matched(pick, btf_members(t)[i].type, false, depth + 1);
		}
	}
}

void btf_pick_match(struct btf_pick *pick, const struct relo_match *m)
{
	if (m->btf != pick->from)
		return;
	switch (m->kind) {
	case BPF_CORE_TYPE_ID_LOCAL:
		break;
	case BPF_CORE_TYPE_ID_TARGET:
	case BPF_CORE_TYPE_EXISTS:
	case BPF_CORE_TYPE_SIZE:
		pick_compared(pick, m->root, 0);
		pick_array(pick, pick_through(pick, m->root));
		break;
	case BPF_CORE_TYPE_MATCHES:
		/* a match is looked for among the types that are compatible */
		pick_compared(pick, m->root, 0);
		pick_matched(pick, m->root, false, 0);
		break;
	case BPF_CORE_ENUMVAL_EXISTS:
	case BPF_CORE_ENUMVAL_VALUE:
		pick_enumerator(pick, m->root, m->access_len ? m->access[0] : -1);
		break;
	default:
		pick_field(pick, m->root, m->access, m->access_len);
	}
}

/* ---- writing ---- */

struct writer {
	const struct btf_pick *pick;
	struct btf *to;
	uint32_t *ids; /* by old type id; 0, which is void, for what was not picked */
};

static int write_members(const struct writer *w, uint32_t id)
{
	const struct btf_type *t = type_at(w->pick, id);
	const char *name = btf__str_by_offset(w->pick->from, t->name_off);
	int rc = btf_is_struct(t) ? btf__add_struct(w->to, name, t->size) : btf__add_union(w->to, name, t->size);

	for (uint16_t i = 0; rc >= 0 && w->pick->parts[id] && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];

		if (w->pick->parts[id][i])
			rc = btf__add_field(w->to, btf__str_by_offset(w->pick->from, m->name_off), (int)w->ids[m->type],
			                    btf_member_bit_offset(t, i), btf_member_bitfield_size(t, i));
	}
	return rc;
}

static int write_enumerators(const struct writer *w, uint32_t id)
{
	const struct btf_type *t = type_at(w->pick, id);
	const char *name = btf__str_by_offset(w->pick->from, t->name_off);
	bool wide = btf_is_enum64(t), is_signed = btf_kflag(t);
	int rc = wide ? btf__add_enum64(w->to, name, t->size, is_signed) : btf__add_enum(w->to, name, t->size);
	struct btf_type *copy;

	for (uint16_t i = 0; rc >= 0 && w->pick->parts[id] && i < btf_vlen(t); i++) {
		if (!w->pick->parts[id][i])
			continue;
		rc = wide ? btf__add_enum64_value(w->to, btf__str_by_offset(w->pick->from, btf_enum64(t)[i].name_off),
		                                  btf_enum64_value(&btf_enum64(t)[i]))
		          : btf__add_enum_value(w->to, btf__str_by_offset(w->pick->from, btf_enum(t)[i].name_off),
		                                btf_enum(t)[i].val);
	}
	/* libbpf tells the sign from the values, of which the negative ones may not have been picked */
	copy = (struct btf_type *)(uintptr_t)btf__type_by_id(w->to, w->ids[id]);
	if (rc >= 0 && is_signed)
		copy->info |= 1u << 31;
	return rc;
}

/* What a copy refers to, by its new id. */
static void renumber(const struct writer *w, struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		t->type = w->ids[t->type];
		break;
	case BTF_KIND_ARRAY:
		btf_array(t)->type = w->ids[btf_array(t)->type];
		btf_array(t)->index_type = w->ids[btf_array(t)->index_type];
		break;
	case BTF_KIND_FUNC_PROTO:
		t->type = w->ids[t->type];
		for (uint16_t i = 0; i < btf_vlen(t); i++)
			btf_params(t)[i].type = w->ids[btf_params(t)[i].type];
		break;
	default:
		break;
	}
}

static int write_type(const struct writer *w, uint32_t id)
{
	const struct btf_type *t = type_at(w->pick, id);
	int rc;

	if (btf_is_composite(t))
		return write_members(w, id);
	if (btf_is_any_enum(t))
		return write_enumerators(w, id);
	rc = btf__add_type(w->to, w->pick->from, t);
	if (rc >= 0)
		renumber(w, (struct btf_type *)(uintptr_t)btf__type_by_id(w->to, (uint32_t)rc));
	return rc;
}

int btf_pick_write(const struct btf_pick *pick, struct buf *out, struct error *err)
{
	struct writer w = {.pick = pick, .to = btf__new_empty()};
	uint32_t next = 1, size;
	const void *raw;
	int rc = 0;

	w.ids = xcalloc(pick->types, sizeof(*w.ids));
	for (uint32_t id = 1; id < pick->types; id++)
		if (pick->marks[id] & PICKED)
			w.ids[id] = next++;
	for (uint32_t id = 1; rc >= 0 && id < pick->types; id++)
		if (w.ids[id])
			rc = write_type(&w, id);
	raw = rc < 0 ? NULL : btf__raw_data(w.to, &size);
	if (raw)
		buf_add(out, raw, size);
	else
		error_set(err, rc < 0 ? -rc : ENOMEM, "the picked types cannot be written: %s",
		          strerror(rc < 0 ? -rc : ENOMEM));
	btf__free(w.to);
	free(w.ids);
	return raw ? 0 : rc < 0 ? rc : -ENOMEM;
}
