/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A prediction that is wrong on purpose, linked into a corematrix of its own (build/tests/bin/corematrix-wrong): every
 * field is said to be 8 bytes behind its place. Its runs must end with status 4.
 */
#include <linux/bpf.h>

#include "host/resolve/relo_calc.h"

void __real_relo_calc_record(struct relo_calc *calc, size_t index, struct relo_prediction *out);
void __wrap_relo_calc_record(struct relo_calc *calc, size_t index, struct relo_prediction *out);

void __wrap_relo_calc_record(struct relo_calc *calc, size_t index, struct relo_prediction *out)
{
	__real_relo_calc_record(calc, index, out);
	if (out->says.seen == RELO_SEEN_VALUE && out->local_size && out->outcome != RELO_PRESENT)
		out->says.value += 8;
}
