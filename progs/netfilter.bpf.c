// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * netfilter: datagrams at a hook of netfilter.
 *
 * Shows: a program that gets pointers to the kernel's own structs (6.4 and later), and fields of sk_buff by relocation.
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

SEC("netfilter")
int on_input(struct bpf_nf_ctx___since_6_4 *ctx)
{
	const struct sk_buff *skb = ctx->skb;
	const unsigned char *head = BPF_CORE_READ(skb, head);
	struct event e = {.family = AF_INET};
	struct udphdr udp = {};
	struct iphdr ip = {};

	bpf_probe_read_kernel(&ip, sizeof(ip), head + BPF_CORE_READ(skb, network_header));
	if (ip.protocol != IPPROTO_UDP)
		return 1;
	bpf_probe_read_kernel(&udp, sizeof(udp), head + BPF_CORE_READ(skb, network_header) + sizeof(ip));
	__builtin_memcpy(e.saddr, &ip.saddr, 4);
	__builtin_memcpy(e.daddr, &ip.daddr, 4);
	event_udp(&e, &udp);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* NF_ACCEPT */
}
