/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_need: what an object needs of a kernel beside its relocations: attach targets, kfuncs, helpers, types of maps
 * and programs, struct_ops. Whether a kernel has it is need_check's business. Works on hostile objects, so it is
 * called in a jailed worker only (jail.h).
 */
#ifndef COREMATRIX_HOST_PREDICT_OBJECT_NEED_H
#define COREMATRIX_HOST_PREDICT_OBJECT_NEED_H

#include <bpf/libbpf.h>

#include "host/arch/arch.h"
#include "host/object/object_ini.h"
#include "host/predict/code_reach.h"
#include "host/predict/prediction.h"

struct need_list {
	const struct arch *arch; /* of the kernels that will be asked */
	struct need *at;
	uint32_t count;
	struct btf *names;  /* what to look up in a kernel (need_check_name) */
	uint32_t *ids;      /* in `names`, one per need */
	bool typeless;      /* it has an extern without a type, for which libbpf reads the kernel's symbols */
	uint32_t *declared; /* in the object's types, one per need: an extern's declaration, 0 for other needs */
};

/*
 * Collect what `obj` (opened, not loaded) needs of kernels of `arch` once `ini` (may be NULL) has had its way with
 * attach targets; `code` holds its instructions and `list` its functions. Nothing frees it
 * but the end of the process.
 */
void need_list_collect(struct bpf_object *obj, const struct object_ini *ini, const struct btf *btf,
                       const struct elf_view *view, const struct core_relo_list *list, const struct code_reach *code,
                       const struct arch *arch, struct need_list *needs);

#endif
