/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/name_index.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "relo/core_spec.h"

/* FNV-1a */
static uint32_t hash_name(const char *name, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return h;
}

void name_index_build(struct name_index *index, const struct btf *btf, uint32_t first)
{
	uint32_t slots = 1024;

	*index = (struct name_index){.btf = btf, .first = first, .count = btf__type_cnt(btf)};
	while (slots < index->count - first)
		slots *= 2;
	index->mask = slots - 1;
	index->heads = xcalloc(slots, sizeof(*index->heads));
	index->next = xcalloc(index->count - first, sizeof(*index->next));
	index->hashes = xcalloc(index->count - first, sizeof(*index->hashes));
	for (uint32_t id = index->count; id-- > first;) {
		const char *name = btf__str_by_offset(btf, btf__type_by_id(btf, id)->name_off);
		uint32_t h;

		if (!*name)
			continue;
		h = hash_name(name, core_spec_plain_len(name));
		index->hashes[id - first] = h;
		index->next[id - first] = index->heads[h & index->mask];
		index->heads[h & index->mask] = id;
	}
}

void name_index_free(struct name_index *index)
{
	free(index->heads);
	free(index->next);
	free(index->hashes);
}

uint32_t name_index_find(const struct name_index *index, const char *name, size_t len, uint32_t after)
{
	uint32_t hash = after ? index->hashes[after - index->first] : hash_name(name, len);
	uint32_t id = after ? index->next[after - index->first] : index->heads[hash & index->mask];

	for (; id; id = index->next[id - index->first]) {
		const char *found = btf__str_by_offset(index->btf, btf__type_by_id(index->btf, id)->name_off);

		if (index->hashes[id - index->first] == hash && !strncmp(found, name, len) &&
		    core_spec_plain_len(found) == len)
			break;
	}
	return id;
}

static bool same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b));
}

uint32_t name_index_candidate(const struct name_index *index, const struct btf_type *wanted, const char *name,
                              size_t len, uint32_t after)
{
	do
		after = name_index_find(index, name, len, after);
	while (after && !same_kind(btf__type_by_id(index->btf, after), wanted));
	return after;
}
