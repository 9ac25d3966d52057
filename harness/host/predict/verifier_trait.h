/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verifier_trait: what a kernel's types tell of its verifier, where verifiers differ in what code they come to and what
 * they refuse. A trait is read off a type or member that came with it, not off a version: stable kernels take changes
 * over, and a BTF file has no release. Pure.
 */
#ifndef COREMATRIX_HOST_PREDICT_VERIFIER_TRAIT_H
#define COREMATRIX_HOST_PREDICT_VERIFIER_TRAIT_H

#include "host/resolve/relo_target.h"

enum trait {
	TRAIT_UNKNOWN, /* the BTF lacks the type: it was cut down, or is of a kernel with another layout */
	TRAIT_NO,
	TRAIT_YES,
};

struct verifier_traits {
	/*
	 * Global functions are verified when a call of one was come to (2afae08c9dcb "bpf: Validate global subprogs
	 * lazily", 6.8), not each by itself whether it is called or not.
	 */
	enum trait lazy_globals;
	/*
	 * A lookup with a constant key in the range of an array is known to succeed (d2102f2f5d75 "bpf: verifier:
	 * Support eliding map lookup nullness", 6.14).
	 */
	enum trait sure_lookups;
	/* A function can be handed to a helper (69c087ba6225 "bpf: Add bpf_for_each_map_elem() helper", 5.13). */
	enum trait callbacks;
	/*
	 * Trampolines pass more arguments than fit into registers (473e3150e30a, 6.6; told by a kind of link of the
	 * same version).
	 */
	enum trait many_arguments;
	/*
	 * It is known of which tracepoints an argument may be NULL (838a10bd2ebf "bpf: Augment raw_tp arguments with
	 * PTR_MAYBE_NULL", 6.13), and such a pointer must be tested.
	 */
	enum trait null_arguments;
	/* What an LSM program returns must be a result of its hook (5d99e198be27 "bpf, lsm: Add check for BPF LSM
	 * return value", 6.12). */
	enum trait lsm_ranges;
};

struct verifier_traits verifier_traits_read(const struct relo_target *kernel);

#endif
