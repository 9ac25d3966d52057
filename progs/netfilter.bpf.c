// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * netfilter: datagrams at a hook of netfilter, seen by two programs one after the other.
 *
 * Shows: priorities, and programs that get pointers to the kernel's own structs (6.4 and later), and fields of sk_buff
 * by relocation.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The context, younger than vmlinux.h here. */
struct bpf_nf_ctx___since_6_4 {
	const void *state;
	struct sk_buff *skb;
} __attribute__((preserve_access_index));

/* Whether the packet is a datagram, with its headers. */
static __always_inline bool datagram_read(struct bpf_nf_ctx___since_6_4 *ctx, struct iphdr *ip, struct udphdr *udp)
{
	const struct sk_buff *skb = ctx->skb;
	const unsigned char *head = BPF_CORE_READ(skb, head);

	bpf_probe_read_kernel(ip, sizeof(*ip), head + BPF_CORE_READ(skb, network_header));
	if (ip->protocol != IPPROTO_UDP)
		return false;
	bpf_probe_read_kernel(udp, sizeof(*udp), head + BPF_CORE_READ(skb, network_header) + sizeof(*ip));
	return true;
}

/* The port of the datagram that has come by the first. */
__be16 seen;

SEC("netfilter")
int on_input(struct bpf_nf_ctx___since_6_4 *ctx)
{
	struct event e = {.family = AF_INET};
	struct udphdr udp = {};
	struct iphdr ip = {};

	if (!datagram_read(ctx, &ip, &udp) || udp.dest != seen)
		return 1;
	__builtin_memcpy(e.saddr, &ip.saddr, 4);
	__builtin_memcpy(e.daddr, &ip.daddr, 4);
	event_udp(&e, &udp);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* NF_ACCEPT */
}

/* By its priority the first: if it were not, the other would have nothing to report. */
SEC("netfilter")
int on_input_first(struct bpf_nf_ctx___since_6_4 *ctx)
{
	struct udphdr udp = {};
	struct iphdr ip = {};

	if (datagram_read(ctx, &ip, &udp))
		seen = udp.dest;
	return 1;
}
