// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_verdict: what arrives at sockets that are in a map, by one program.
 *
 * Shows: sk_skb/verdict (5.13 and later), which needs no other to tell where a message ends.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

/* What arrives comes from the remote end. */
SEC("sk_skb/verdict")
int where_it_goes(struct __sk_buff *skb)
{
	bpf_printk("sport=%d dport=%d len=%d", bpf_ntohl(skb->remote_port), skb->local_port, skb->len);
	return SK_PASS;
}
