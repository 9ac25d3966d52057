/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct_ops_member: which functions of an object are members of a struct that the kernel calls through, as its section
 * .struct_ops or .struct_ops.link says. Pure; works on hostile objects, so it is called in a jailed worker only
 * (jail.h).
 */
#ifndef COREMATRIX_HOST_PREDICT_STRUCT_OPS_MEMBER_H
#define COREMATRIX_HOST_PREDICT_STRUCT_OPS_MEMBER_H

#include <bpf/btf.h>

#include "relo/core_relo.h"
#include "relo/elf_view.h"

/* Names are the BTF's. */
struct struct_ops_member {
	size_t func; /* of the list */
	const char *map, *type, *member;
};

/* `btf` is the object's own. Returns how many; `*members` is the caller's to free. */
size_t struct_ops_members(const struct elf_view *view, const struct core_relo_list *list, const struct btf *btf,
                          struct struct_ops_member **members);

#endif
