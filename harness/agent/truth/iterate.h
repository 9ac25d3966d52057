/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iterate: reads the iterators of a loaded object (BPF_TRACE_ITER), which run only while somebody reads them. It never
 * looks at what they print.
 */
#ifndef COREMATRIX_AGENT_TRUTH_ITERATE_H
#define COREMATRIX_AGENT_TRUTH_ITERATE_H

#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/error.h"

/* Zero-initialise. */
struct iterators {
	struct bpf_link **links;
	const struct bpf_program **programs; /* of each link; borrowed */
	size_t count;
	int64_t spent_ms; /* on reading them */
};

/*
 * Prepare every iterator of `obj` that is loaded, one over a map's elements with a map of the object. Returns 0 or a
 * negative errno; free with iterators_close in either case.
 */
int iterators_open(struct iterators *it, struct bpf_object *obj, struct error *err);

/* All the time that reading them may take. An iterator that goes through everything in the guest needs milliseconds. */
#define ITERATORS_MS 10000

/*
 * Let iterator number `i` run once over all there is; append what it prints to `out`. Returns 0 or a negative errno:
 * -ETIME when that takes too long, all readings together, and from then on.
 */
int iterators_read(struct iterators *it, size_t i, struct buf *out, struct error *err);

void iterators_close(struct iterators *it);

#endif
