/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/verifier_trait.h"

#include <string.h>

#include "base/cleanup.h"

static bool has_member(const struct btf *btf, const struct btf_type *t, const char *member)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__str_by_offset(btf, btf_members(t)[i].name_off), member))
			return true;
	return false;
}

static enum trait read_trait(const struct relo_target *kernel, struct btf *names, const char *type, const char *member)
{
	cleanup_free struct relo_target_cand *cands = NULL;
	int id = btf__add_struct(names, type, 0);
	size_t count = id > 0 ? relo_target_candidates(kernel, names, (uint32_t)id, &cands) : 0;

	for (size_t i = 0; i < count; i++)
		if (has_member(cands[i].btf, btf__type_by_id(cands[i].btf, cands[i].id), member))
			return TRAIT_YES;
	return count ? TRAIT_NO : TRAIT_UNKNOWN;
}

struct verifier_traits verifier_traits_read(const struct relo_target *kernel)
{
	struct btf *names = btf__new_empty();
	struct verifier_traits traits = {
	        .lazy_globals = read_trait(kernel, names, "bpf_func_info_aux", "called"),
	        .sure_lookups = read_trait(kernel, names, "bpf_call_arg_meta", "const_map_key"),
	};

	btf__free(names);
	return traits;
}
