/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relo_target: one kernel's types as a target of relocation: its BTF and its modules' with all names indexed, so that
 * candidates are looked up where libbpf scans. Made once per kernel, shared by all objects, never changed by them.
 */
#ifndef COREMATRIX_HOST_RESOLVE_RELO_TARGET_H
#define COREMATRIX_HOST_RESOLVE_RELO_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>

#include "base/error.h"

struct relo_target;

/*
 * Index `btf`, which is borrowed and must outlive the target. Returns NULL with `err` filled (error_usage) when the BTF
 * is not sound: libbpf's resolution would run through it unchecked.
 */
struct relo_target *relo_target_new(const struct btf *btf, struct error *err);

/*
 * Add a module's BTF, borrowed: one that is split from the target's BTF, or joined with it (btf_join.h). As in libbpf,
 * modules are asked only for types of which the kernel itself has no candidate. Returns 0 or -EINVAL (error_usage).
 */
int relo_target_add_module(struct relo_target *target, const struct btf *module, struct error *err);
void relo_target_free(struct relo_target *target);

struct relo_target_cand {
	const struct btf *btf;
	uint32_t id;
};

/*
 * Candidates for type `local_id` of `local`: same kind (enum and enum64 count as one), same name up to a flavour
 * suffix "___x", in order of type ids. Returns how many; `*cands` is the caller's to free, NULL when there are none.
 */
size_t relo_target_candidates(const struct relo_target *target, const struct btf *local, uint32_t local_id,
                              struct relo_target_cand **cands);

/* The kernel's own BTF. */
const struct btf *relo_target_btf(const struct relo_target *target);

#endif
