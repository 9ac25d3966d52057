// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * flow_dissector: what flow a packet belongs to, told by a program in place of the kernel.
 *
 * Shows: a program for a network namespace. The kernel asks it when it spreads packets over CPUs, of those whose sender
 * has not told it already, as TCP does.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define BPF_OK 0

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	void *at = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	bytes_report(at, end, keys->n_proto);
	keys->addr_proto = keys->n_proto == bpf_htons(ETH_P_IP) ? ETH_P_IP : ETH_P_IPV6;
	keys->ip_proto = IPPROTO_UDP;
	return BPF_OK;
}
