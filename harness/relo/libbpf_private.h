/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libbpf_private: what libbpf.a exports and no header of it declares. The layouts are those of libbpf 1.0 to 1.7; the
 * static library's symbols carry no version, so relo_self_test must have passed before anything here is called in
 * earnest. Included by relo_calc.c, relo_self_test.c and the agent's kernel_names.h only.
 */
#ifndef COREMATRIX_RELO_LIBBPF_PRIVATE_H
#define COREMATRIX_RELO_LIBBPF_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include <bpf/btf.h>
#include <linux/bpf.h>

#define BPF_CORE_SPEC_MAX_LEN 64

/* A type of the target that may be the local one. */
struct bpf_core_cand {
	const struct btf *btf;
	__u32 id;
};

struct bpf_core_cand_list {
	struct bpf_core_cand *cands;
	int len;
};

struct bpf_core_accessor {
	__u32 type_id;    /* type that holds the member, or the type of the array's elements */
	__u32 idx;        /* member or element */
	const char *name; /* of the member; NULL for an element */
};

/* An access, parsed (local) or found (target). */
struct bpf_core_spec {
	const struct btf *btf;
	struct bpf_core_accessor spec[BPF_CORE_SPEC_MAX_LEN];
	__u32 root_type_id;
	enum bpf_core_relo_kind relo_kind;
	int len;
	int raw_spec[BPF_CORE_SPEC_MAX_LEN];
	int raw_len;
	__u32 bit_offset;
};

struct bpf_core_relo_res {
	__u64 orig_val;
	__u64 new_val;
	bool poison;
	bool validate;
	bool fail_memsz_adjust;
	__u32 orig_sz;
	__u32 orig_type_id;
	__u32 new_sz;
	__u32 new_type_id;
};

/* `specs` has room for three: local, current candidate, first candidate that matched. Shrinks `cands` to what matched.
 */
int bpf_core_calc_relo_insn(const char *prog_name, const struct bpf_core_relo *relo, int relo_idx,
                            const struct btf *local_btf, struct bpf_core_cand_list *cands, struct bpf_core_spec *specs,
                            struct bpf_core_relo_res *res);

/* Changes one instruction, or two when it is a 64-bit immediate. */
int bpf_core_patch_insn(const char *prog_name, struct bpf_insn *insn, int insn_idx, const struct bpf_core_relo *relo,
                        int relo_idx, const struct bpf_core_relo_res *res);

/*
 * Append to `cands` the types of `targ_btf` from id `targ_start_id` on that have the local type's kind and the first
 * `local_essent_len` bytes of its name, flavour aside. Returns 0 or a negative errno; `cands->cands` is the caller's.
 */
int bpf_core_add_cands(struct bpf_core_cand *local_cand, size_t local_essent_len, const struct btf *targ_btf,
                       const char *targ_btf_name, int targ_start_id, struct bpf_core_cand_list *cands);

/* Whether the kernel's type is what the object's declaration of a function or variable may mean: 1, 0, negative errno.
 */
int bpf_core_types_are_compat(const struct btf *local_btf, __u32 local_id, const struct btf *targ_btf, __u32 targ_id);

/* Returns the length the text would have, like snprintf. */
int bpf_core_format_spec(char *buf, size_t buf_sz, const struct bpf_core_spec *spec);

#endif
