// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * cgroup_skb: both ends of a TCP connection, from the packets that a cgroup sends and gets.
 *
 * Shows: programs for a cgroup's packets. Their context is __sk_buff, an interface and no type of the kernel's: nothing
 * in it is relocated. The socket behind the packet is, with fields of the kernel's own.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 family;
	__u32 sport;
	__u32 dport;
	__u32 saddr_v4;
	__u32 daddr_v4;
	__u8 saddr_v6[16];
	__u8 daddr_v6[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline int report(struct __sk_buff *skb)
{
	struct event e = {.family = skb->family};
	struct ipv6hdr ip6 = {};
	struct tcphdr tcp = {};
	struct iphdr ip = {};

	/* the program sees the packet from its network header on */
	if (skb->protocol == bpf_htons(0x0800)) {
		bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip));
		bpf_skb_load_bytes(skb, sizeof(ip), &tcp, sizeof(tcp));
		e.saddr_v4 = ip.saddr;
		e.daddr_v4 = ip.daddr;
	} else {
		bpf_skb_load_bytes(skb, 0, &ip6, sizeof(ip6));
		bpf_skb_load_bytes(skb, sizeof(ip6), &tcp, sizeof(tcp));
		__builtin_memcpy(e.saddr_v6, &ip6.saddr, sizeof(e.saddr_v6));
		__builtin_memcpy(e.daddr_v6, &ip6.daddr, sizeof(e.daddr_v6));
	}
	e.sport = bpf_ntohs(tcp.source);
	e.dport = bpf_ntohs(tcp.dest);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it pass */
}

SEC("cgroup_skb/egress")
int on_packet(struct __sk_buff *skb)
{
	return report(skb);
}

SEC("cgroup_skb/ingress")
int on_arrival(struct __sk_buff *skb)
{
	return report(skb);
}

/* Which of the two, its section does not say: the ini does. */
SEC("cgroup/skb")
int on_either(struct __sk_buff *skb)
{
	return report(skb);
}
