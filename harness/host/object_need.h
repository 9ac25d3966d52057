/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_need: what an object needs of a kernel beside its relocations: attach targets, kfuncs, helpers, types of maps
 * and programs, struct_ops; and whether a kernel's types have it. Works on hostile objects, so it is called in a jailed
 * worker only (jail.h).
 */
#ifndef COREMATRIX_HOST_OBJECT_NEED_H
#define COREMATRIX_HOST_OBJECT_NEED_H

#include <bpf/libbpf.h>

#include "host/code_reach.h"
#include "host/object_ini.h"
#include "host/prediction.h"
#include "relo/relo_target.h"

struct need_list {
	struct need *at;
	uint32_t count;
	struct btf *names; /* the names to look up, as types of the kind that the kernel has to have */
	uint32_t *ids;     /* in `names`, one per need; 0 for needs that are numbers of an enum */
};

/*
 * Collect what `obj` (opened, not loaded) needs once `ini` (may be NULL) has had its way with attach targets; `code`
 * holds its instructions and `list` its functions. Free with need_list_free.
 */
void need_list_collect(struct bpf_object *obj, const struct object_ini *ini, const struct btf *btf,
                       const struct elf_view *view, const struct core_relo_list *list, const struct code_reach *code,
                       struct need_list *needs);
void need_list_free(struct need_list *needs);

/* Look needs[i] up in the kernel; says NEED_MISSING without regard to dead code and to `optional`. */
enum need_state need_check(const struct need_list *needs, uint32_t i, const struct relo_target *kernel);

/*
 * The same by the kernel's function symbols (symbols.h), for needs that are functions to probe; `state` is what the
 * types said, and the answer for all others. Sets `*provable` when the symbols settle it, and `*note` (the caller's) to
 * why.
 */
enum need_state need_check_symbols(const struct need *n, enum need_state state, const char *text, size_t len,
                                   bool *provable, char **note);

/* Whether the absence of such a thing from the types proves that it is absent. */
bool need_is_provable(enum need_kind kind);

/* Whether libbpf asks the kernel's own BTF for it, whatever the object is relocated by. */
bool need_is_typed(enum need_kind kind);

#endif
