// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * skb_ports: both ends of a TCP connection, from its packets.
 *
 * Shows: sk_buff, whose members move in every version and lie in anonymous unions: the headers are found through
 * relocated offsets and then read as the protocols define them.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET 2
#define AF_INET6 10

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

static __always_inline void ports_read(struct event *e, struct sk_buff *skb)
{
	const unsigned char *head = BPF_CORE_READ(skb, head);
	struct tcphdr tcp = {};

	bpf_probe_read_kernel(&tcp, sizeof(tcp), head + BPF_CORE_READ(skb, transport_header));
	e->sport = bpf_ntohs(tcp.source);
	e->dport = bpf_ntohs(tcp.dest);
}

SEC("kprobe/tcp_v4_rcv")
int BPF_KPROBE(on_v4, struct sk_buff *skb)
{
	const unsigned char *head = BPF_CORE_READ(skb, head);
	struct event e = {.family = AF_INET};
	struct iphdr ip = {};

	bpf_probe_read_kernel(&ip, sizeof(ip), head + BPF_CORE_READ(skb, network_header));
	e.saddr_v4 = ip.saddr;
	e.daddr_v4 = ip.daddr;
	ports_read(&e, skb);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}

SEC("kprobe/tcp_v6_rcv")
int BPF_KPROBE(on_v6, struct sk_buff *skb)
{
	const unsigned char *head = BPF_CORE_READ(skb, head);
	struct event e = {.family = AF_INET6};
	struct ipv6hdr ip = {};

	bpf_probe_read_kernel(&ip, sizeof(ip), head + BPF_CORE_READ(skb, network_header));
	__builtin_memcpy(e.saddr_v6, &ip.saddr, sizeof(e.saddr_v6));
	__builtin_memcpy(e.daddr_v6, &ip.daddr, sizeof(e.daddr_v6));
	ports_read(&e, skb);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
