/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* packet: a datagram's ends and length, as programs that see packets report it, and how it is read out of one. */
#ifndef PACKET_H
#define PACKET_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define AF_INET 2
#define AF_INET6 10
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

struct event {
	__u16 family;
	__u16 protocol;
	__u16 sport;
	__u16 dport;
	__u32 len; /* of what the datagram carries */
	__u8 saddr[16];
	__u8 daddr[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline void event_udp(struct event *e, const struct udphdr *udp)
{
	e->protocol = IPPROTO_UDP;
	e->sport = bpf_ntohs(udp->source);
	e->dport = bpf_ntohs(udp->dest);
	e->len = bpf_ntohs(udp->len) - sizeof(*udp);
}

/* Read the datagram whose network header is at `at` of `skb`, and report it; anything else is passed over. */
static __always_inline void skb_report(struct __sk_buff *skb, __u32 at)
{
	struct ipv6hdr ip6 = {};
	struct udphdr udp = {};
	struct event e = {};
	struct iphdr ip = {};

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.protocol != IPPROTO_UDP)
			return;
		e.family = AF_INET;
		__builtin_memcpy(e.saddr, &ip.saddr, 4);
		__builtin_memcpy(e.daddr, &ip.daddr, 4);
		at += sizeof(ip);
	} else {
		if (bpf_skb_load_bytes(skb, at, &ip6, sizeof(ip6)) || ip6.nexthdr != IPPROTO_UDP)
			return;
		e.family = AF_INET6;
		__builtin_memcpy(e.saddr, &ip6.saddr, 16);
		__builtin_memcpy(e.daddr, &ip6.daddr, 16);
		at += sizeof(ip6);
	}
	if (bpf_skb_load_bytes(skb, at, &udp, sizeof(udp)))
		return;
	event_udp(&e, &udp);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
}

/* The same where the packet lies between `at` and `end`, beginning with its network header. */
static __always_inline void bytes_report(void *at, void *end, __u16 protocol)
{
	struct iphdr *ip = at;
	struct ipv6hdr *ip6 = at;
	struct udphdr *udp;
	struct event e = {};

	if (protocol == bpf_htons(ETH_P_IP)) {
		udp = (void *)(ip + 1);
		if ((void *)(udp + 1) > end || ip->protocol != IPPROTO_UDP)
			return;
		e.family = AF_INET;
		__builtin_memcpy(e.saddr, &ip->saddr, 4);
		__builtin_memcpy(e.daddr, &ip->daddr, 4);
	} else {
		udp = (void *)(ip6 + 1);
		if ((void *)(udp + 1) > end || ip6->nexthdr != IPPROTO_UDP)
			return;
		e.family = AF_INET6;
		__builtin_memcpy(e.saddr, &ip6->saddr, 16);
		__builtin_memcpy(e.daddr, &ip6->daddr, 16);
	}
	event_udp(&e, udp);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
}

#endif
