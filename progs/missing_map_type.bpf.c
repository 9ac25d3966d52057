// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_map_type: control. A map of a type that no kernel has.
 *
 * The kernel says no more than "Invalid argument". Which map it was and that its type is the likely cause is for the
 * report to say.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, 999);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} map_of_no_kernel SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 key = 0, *value = bpf_map_lookup_elem(&map_of_no_kernel, &key);

	bpf_printk("value=%d", value ? *value : 0);
	return 0;
}
