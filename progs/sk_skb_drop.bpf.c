// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_skb_drop: what arrives at sockets that are in a map is dropped.
 *
 * Shows: an effect of a program for a map of sockets, whose section says no more than its kind.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_skb")
int verdict(struct __sk_buff *skb)
{
	return SK_DROP;
}
