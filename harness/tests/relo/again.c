// SPDX-License-Identifier: BSD-2-Clause
/* An object that includes another's source: the same code, and types and a program of its own. */
#include "local.c"

struct again {
	__u64 own;
};

/* Holds no record and calls nothing. */
static __attribute__((noinline)) int filter(const struct again *a)
{
	return ((__u64)a >> 7) % 5 == 3;
}

SEC("raw_tp/filtered")
int filtered(struct probe *const *ctx)
{
	struct probe *p = *ctx;
	int sum = BPF_CORE_READ(p, moved) + BPF_CORE_READ(p, same) * 3;

	return filter((const struct again *)p) ? sum : leaf(p);
}
