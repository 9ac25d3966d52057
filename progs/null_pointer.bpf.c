// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * null_pointer: control. What a map's lookup returned is used without a look at it.
 *
 * The author knows that the entry is there; the verifier does not. (Of an array's entry with a constant index newer
 * verifiers do know, and accept it; so this is a hash.)
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	bpf_printk("count=%llu", ++*count);
	return 0;
}
