/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/verifier_trait.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/resolve/btf_lookup.h"

static bool has_member(const struct relo_target_cand *c, const char *member)
{
	const struct btf_type *t = btf__type_by_id(c->btf, c->id);

	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		uint32_t name = btf_is_any_enum(t) ? btf_enum(t)[i].name_off : btf_members(t)[i].name_off;

		if (!strcmp(btf__str_by_offset(c->btf, name), member))
			return true;
	}
	return false;
}

static enum trait read_member(const struct relo_target *kernel, uint32_t kind, const char *type, const char *member)
{
	cleanup_free struct relo_target_cand *cands = NULL;
	size_t count = btf_lookup(kernel, kind, type, &cands);

	for (size_t i = 0; i < count; i++)
		if (has_member(&cands[i], member))
			return TRAIT_YES;
	return count ? TRAIT_NO : TRAIT_UNKNOWN;
}

/* That a type is not there tells something only where others of the verifier's own are. */
static enum trait read_type(const struct relo_target *kernel, uint32_t kind, const char *name)
{
	if (btf_lookup_any(kernel, kind, name))
		return TRAIT_YES;
	return btf_lookup_any(kernel, BTF_KIND_STRUCT, "bpf_verifier_env") ? TRAIT_NO : TRAIT_UNKNOWN;
}

struct verifier_traits verifier_traits_read(const struct relo_target *kernel)
{
	return (struct verifier_traits){
	        .lazy_globals = read_member(kernel, BTF_KIND_STRUCT, "bpf_func_info_aux", "called"),
	        .sure_lookups = read_member(kernel, BTF_KIND_STRUCT, "bpf_call_arg_meta", "const_map_key"),
	        .callbacks = read_member(kernel, BTF_KIND_ENUM, "bpf_func_id", "BPF_FUNC_for_each_map_elem"),
	        .many_arguments = read_member(kernel, BTF_KIND_ENUM, "bpf_link_type", "BPF_LINK_TYPE_UPROBE_MULTI"),
	        .null_arguments = read_type(kernel, BTF_KIND_STRUCT, "bpf_raw_tp_null_args"),
	        .lsm_ranges = read_type(kernel, BTF_KIND_FUNC, "bpf_lsm_get_retval_range"),
	};
}
