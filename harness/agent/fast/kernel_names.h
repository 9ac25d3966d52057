/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_names: answers to libbpf's two questions about names in the kernel's BTF, looked up. libbpf's own answers scan
 * a hundred thousand types for each type that an object relocates and each function that it attaches to, which under
 * emulation is a quarter of a cell. The answers are the same, in the same order: check_kernel_names asks both.
 */
#ifndef COREMATRIX_AGENT_FAST_KERNEL_NAMES_H
#define COREMATRIX_AGENT_FAST_KERNEL_NAMES_H

#include <stdbool.h>

#include "relo/libbpf_private.h"

/* Index `btf`, which stays for the life of the process. */
void kernel_names_index(const struct btf *btf);

/* As bpf_core_add_cands; a BTF that was not indexed (a module's) is for the question. */
int kernel_names_candidates(const struct bpf_core_cand *local, size_t len, const struct btf *target, int first,
                            struct bpf_core_cand_list *cands);

/* Whether kernel_names_find can answer for `btf`. */
bool kernel_names_known(const struct btf *btf);

/* As btf__find_by_name_kind: the first id of that name and kind, or -ENOENT. */
int kernel_names_find(const struct btf *btf, const char *name, __u32 kind);

#endif
