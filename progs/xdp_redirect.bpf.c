// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_redirect: datagrams that are sent back to where they came from.
 *
 * Shows: XDP in the driver, which gives packets to the interfaces of a map, and a program for those that leave by it.
 * The datagram does not arrive, and comes back to its sender.
 */
#include "vmlinux.h"
#include "packet.h"

#ifndef ON_INTERFACE
#define ON_INTERFACE SEC("xdp")
#define ON_DEVMAP SEC("xdp/devmap")
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} ports SEC(".maps");

ON_INTERFACE
int on_packet(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	unsigned char mac[6];
	__u32 address;
	__u16 port;

	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	bytes_report(ip, end, eth->h_proto);
	__builtin_memcpy(mac, eth->h_source, sizeof(mac));
	__builtin_memcpy(eth->h_source, eth->h_dest, sizeof(mac));
	__builtin_memcpy(eth->h_dest, mac, sizeof(mac));
	address = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = address;
	port = udp->source;
	udp->source = udp->dest;
	udp->dest = port;
	return bpf_redirect_map(&ports, 1, 0);
}

ON_DEVMAP
int on_leaving(struct xdp_md *ctx)
{
	return ctx->egress_ifindex ? XDP_PASS : XDP_DROP;
}
