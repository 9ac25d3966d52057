/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/relo_target.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "relo/btf_check.h"
#include "relo/core_spec.h"

/* The named types of one BTF, hashed by name without flavour. Chains run through `next` in order of type ids. */
struct name_index {
	const struct btf *btf;
	uint32_t first; /* type ids below belong to the base */
	uint32_t count;
	uint32_t mask;
	uint32_t *heads; /* type id, 0 for none */
	uint32_t *next;  /* by type id less `first` */
	uint32_t *hashes;
};

struct relo_target {
	struct name_index kernel;
	struct name_index *modules;
	size_t module_count;
};

/* FNV-1a */
static uint32_t hash_name(const char *name, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 16777619u;
	return h;
}

static void index_build(struct name_index *index, const struct btf *btf, uint32_t first)
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

static void index_free(struct name_index *index)
{
	free(index->heads);
	free(index->next);
	free(index->hashes);
}

struct relo_target *relo_target_new(const struct btf *btf, struct error *err)
{
	struct relo_target *target;

	if (btf_check(btf, 1, err))
		return NULL;
	target = xcalloc(1, sizeof(*target));
	index_build(&target->kernel, btf, 1);
	return target;
}

int relo_target_add_module(struct relo_target *target, const struct btf *module, struct error *err)
{
	uint32_t first = target->kernel.count;

	if (btf__base_btf(module) ? btf__base_btf(module) != target->kernel.btf : btf__type_cnt(module) < first)
		return error_usage(err, "the module's BTF does not continue this kernel's BTF");
	if (btf_check(module, first, err))
		return -EINVAL;
	target->modules = xrealloc(target->modules, target->module_count + 1, sizeof(*target->modules));
	index_build(&target->modules[target->module_count++], module, first);
	return 0;
}

void relo_target_free(struct relo_target *target)
{
	if (!target)
		return;
	index_free(&target->kernel);
	for (size_t i = 0; i < target->module_count; i++)
		index_free(&target->modules[i]);
	free(target->modules);
	free(target);
}

const struct btf *relo_target_btf(const struct relo_target *target)
{
	return target->kernel.btf;
}

/* What is looked for: a type of the object's. */
struct wanted {
	const char *name;
	size_t len;
	uint32_t hash;
	const struct btf_type *type;
};

static bool same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b));
}

static size_t index_collect(const struct name_index *index, const struct wanted *w, size_t count,
                            struct relo_target_cand **cands)
{
	for (uint32_t id = index->heads[w->hash & index->mask]; id; id = index->next[id - index->first]) {
		const struct btf_type *t = btf__type_by_id(index->btf, id);
		const char *name = btf__str_by_offset(index->btf, t->name_off);

		if (index->hashes[id - index->first] != w->hash || !same_kind(t, w->type) ||
		    core_spec_plain_len(name) != w->len || strncmp(name, w->name, w->len))
			continue;
		*cands = xrealloc(*cands, count + 1, sizeof(**cands));
		(*cands)[count++] = (struct relo_target_cand){index->btf, id};
	}
	return count;
}

size_t relo_target_candidates(const struct relo_target *target, const struct btf *local, uint32_t local_id,
                              struct relo_target_cand **cands)
{
	struct wanted w = {.type = btf__type_by_id(local, local_id)};
	size_t count, found = 0;

	*cands = NULL;
	w.name = btf__str_by_offset(local, w.type->name_off);
	if (!*w.name)
		return 0;
	w.len = core_spec_plain_len(w.name);
	w.hash = hash_name(w.name, w.len);
	count = index_collect(&target->kernel, &w, 0, cands);
	if (count)
		return count;
	for (size_t i = 0; i < target->module_count; i++)
		found = index_collect(&target->modules[i], &w, found, cands);
	return found;
}
