/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parsed_object: an object as a prediction needs it: opened by libbpf and never loaded, with its relocation records,
 * its code and what it needs of a kernel. The same for all kernels of an architecture. Works on hostile objects, so it
 * is called in a jailed worker only (jail.h), and frees nothing: the process does.
 */
#ifndef COREMATRIX_HOST_PREDICT_PARSED_OBJECT_H
#define COREMATRIX_HOST_PREDICT_PARSED_OBJECT_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "host/object/object.h"
#include "host/predict/code_reach.h"
#include "host/predict/object_need.h"
#include "host/predict/prediction.h"
#include "host/predict/struct_ops_member.h"
#include "relo/core_relo.h"
#include "relo/elf_view.h"

struct parsed_object {
	bool usable; /* false: no kernel can load it, `about` says why */
	struct bpf_object *obj;
	struct btf *btf; /* as the object has it, and of `list` when that has one; NULL without */
	struct core_relo_list list;
	struct elf_view view;
	struct code_reach *code;
	struct need_list needs;
	struct struct_ops_member *members;
	size_t member_count;
	bool *loaded; /* one per function */
	struct predict_object about;
};

/* Parse what kernels of `arch` are given of `o` into a zeroed `p`, with what its ini changes before a load. `o` must
 * outlive it. */
void parsed_object_read(const struct object *o, const struct arch *arch, struct parsed_object *p);

#endif
