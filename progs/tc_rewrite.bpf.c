// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_rewrite: datagrams that arrive at another port, as load balancers do it.
 *
 * Shows: an effect of a program of TC that writes to the packet, with its checksum.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "drop_port.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define BPF_F_MARK_MANGLED_0 (1ULL << 5)

SEC("classifier")
int on_packet(struct __sk_buff *skb)
{
	__u32 at = sizeof(struct ethhdr) +
	           (skb->protocol == bpf_htons(ETH_P_IP) ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	__be16 from = bpf_htons(PORT), to = bpf_htons(PORT + 1);

	if (!is_to((void *)(long)skb->data, (void *)(long)skb->data_end, from))
		return 0;
	bpf_l4_csum_replace(skb, at + offsetof(struct udphdr, check), from, to, sizeof(to) | BPF_F_MARK_MANGLED_0);
	bpf_skb_store_bytes(skb, at + offsetof(struct udphdr, dest), &to, sizeof(to), 0);
	return 0; /* TC_ACT_OK */
}
