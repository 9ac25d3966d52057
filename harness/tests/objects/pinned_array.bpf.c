// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pinned_array: pins a map under a name that pinned_hash gives to a map of another type. Whichever comes second is
 * refused by libbpf if it finds the other one's.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#ifndef PINNED_TYPE
#define PINNED_TYPE BPF_MAP_TYPE_ARRAY
#endif

struct {
	__uint(type, PINNED_TYPE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} shared SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 zero = 0, one = 1;

	bpf_map_update_elem(&shared, &zero, &one, BPF_ANY);
	return 0;
}
