// SPDX-License-Identifier: BSD-2-Clause
/* An object that libbpf gives up on half-way: the Makefile puts another value than BIG_VALUE's into the instruction. */
#include "words.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

struct inner {
	__u32 first;
	__u32 second;
} __attribute__((preserve_access_index));

SEC("raw_tp/before")
int before(struct inner *const *ctx)
{
	return (*ctx)->second;
}

enum big { BIG_VALUE = 0x11223344 };

SEC("raw_tp/broken")
int broken(struct inner *const *ctx)
{
	return (*ctx)->second + (int)(bpf_core_enum_value(enum big, BIG_VALUE) >> 7);
}

SEC("raw_tp/then")
int then(struct inner *const *ctx)
{
	return (*ctx)->second;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
