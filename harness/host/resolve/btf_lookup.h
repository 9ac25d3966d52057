/* SPDX-License-Identifier: BSD-2-Clause */
/* btf_lookup: types of a kernel by their name, which need not be a name in any object. Pure. */
#ifndef COREMATRIX_HOST_RESOLVE_BTF_LOOKUP_H
#define COREMATRIX_HOST_RESOLVE_BTF_LOOKUP_H

#include <stdbool.h>

#include "host/resolve/relo_target.h"

/*
 * Add to `names` a type of that kind (BTF_KIND_TYPEDEF, FUNC, VAR, STRUCT or ENUM) and name, to look for its like with
 * relo_target_candidates; what it refers to does not matter. Returns its id, 0 when there is no room.
 */
uint32_t btf_lookup_name(struct btf *names, uint32_t kind, const char *name);

/* As relo_target_candidates, by a name alone. */
size_t btf_lookup(const struct relo_target *kernel, uint32_t kind, const char *name, struct relo_target_cand **cands);

bool btf_lookup_any(const struct relo_target *kernel, uint32_t kind, const char *name);

/* What a type is behind qualifiers and typedefs; NULL when that is nothing. */
const struct btf_type *btf_lookup_plain(const struct btf *btf, uint32_t id);

#endif
