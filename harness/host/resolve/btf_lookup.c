/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/btf_lookup.h"

#include "base/cleanup.h"

uint32_t btf_lookup_name(struct btf *names, uint32_t kind, const char *name)
{
	int id;

	switch (kind) {
	case BTF_KIND_TYPEDEF:
		id = btf__add_typedef(names, name, 1);
		break;
	case BTF_KIND_FUNC:
		id = btf__add_func(names, name, BTF_FUNC_STATIC, 1);
		break;
	case BTF_KIND_VAR:
		id = btf__add_var(names, name, BTF_VAR_STATIC, 1);
		break;
	case BTF_KIND_STRUCT:
		id = btf__add_struct(names, name, 0);
		break;
	default:
		id = btf__add_enum(names, name, 4);
	}
	return id > 0 ? (uint32_t)id : 0;
}

size_t btf_lookup(const struct relo_target *kernel, uint32_t kind, const char *name, struct relo_target_cand **cands)
{
	struct btf *names = btf__new_empty();
	uint32_t id = names ? btf_lookup_name(names, kind, name) : 0;
	size_t count = id ? relo_target_candidates(kernel, names, id, cands) : 0;

	if (!id)
		*cands = NULL;
	btf__free(names);
	return count;
}

bool btf_lookup_any(const struct relo_target *kernel, uint32_t kind, const char *name)
{
	cleanup_free struct relo_target_cand *cands = NULL;

	return btf_lookup(kernel, kind, name, &cands) > 0;
}

const struct btf_type *btf_lookup_plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}
