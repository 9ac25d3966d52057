// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_frags: datagrams larger than a page, on another processor.
 *
 * Shows: XDP that takes packets which lie in several pieces (5.18 and later), and a program on the processor that they
 * are given to. The length is that of all pieces together.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETH_P_IP 0x0800

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} processors SEC(".maps");

SEC("xdp.frags")
int on_packet(struct xdp_md *ctx)
{
	return bpf_redirect_map(&processors, 0, 0);
}

SEC("xdp.frags/cpumap")
int on_processor(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	bpf_printk("sport=%d dport=%d len=%d", bpf_ntohs(udp->source), bpf_ntohs(udp->dest),
	           bpf_xdp_get_buff_len(ctx) - (sizeof(*eth) + sizeof(*ip) + sizeof(*udp)));
	return XDP_PASS;
}
