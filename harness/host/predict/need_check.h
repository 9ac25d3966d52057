/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * need_check: whether a kernel has what an object needs (object_need.h): which of its types tell that, and what the
 * names of its functions add. It knows nothing of objects. Called in a jailed worker only (jail.h), for the types may
 * be hostile.
 */
#ifndef COREMATRIX_HOST_PREDICT_NEED_CHECK_H
#define COREMATRIX_HOST_PREDICT_NEED_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/arch/arch.h"
#include "host/predict/prediction.h"
#include "host/resolve/relo_target.h"

/* Add to `names` the type that a kernel of `arch` which has `n` has too, of the same kind and name; its id there, 0: no
 * room. */
uint32_t need_check_name(const struct arch *arch, struct btf *names, const struct need *n);

/* How a need is looked up; borrowed. */
struct need_lookup {
	const struct btf *names;
	uint32_t id; /* in `names`: its need_check_name */
	const struct btf *object;
	uint32_t declared; /* in `object`: an extern's declaration, 0 for other needs */
};

/*
 * Look up `n`; says NEED_MISSING without regard to dead code and to `optional`. An extern that the kernel declares
 * differently is one that it does not have, which `*differs` (may be NULL) tells. Types that name nothing of the kind,
 * for they were cut down to what relocations need, say NEED_UNKNOWN.
 */
enum need_state need_check(const struct need *n, const struct need_lookup *lookup, const struct relo_target *kernel,
                           bool *differs);

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
