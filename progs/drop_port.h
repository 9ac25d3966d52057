/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* drop_port: whether a packet is a datagram to port 4242, as the network has it or as somebody reads it. */
#ifndef DROP_PORT_H
#define DROP_PORT_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PORT 4242
#define ETH_P_IP 0x0800

static __always_inline bool is_to(void *at, void *end, __u16 port)
{
	struct ethhdr *eth = at;
	struct iphdr *ip = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct udphdr *udp;

	if ((void *)(ip6 + 1) > end)
		return false;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		udp = (void *)(ip + 1);
		if (ip->protocol != IPPROTO_UDP)
			return false;
	} else {
		udp = (void *)(ip6 + 1);
		if (ip6->nexthdr != IPPROTO_UDP)
			return false;
	}
	return (void *)(udp + 1) <= end && udp->dest == port;
}

#endif
