// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_reuseport: which of the sockets that share a port gets a datagram.
 *
 * Shows: a program that a socket brings along; it chooses by its own rule, here always the second.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 protocol;
	__u32 sport;
	__u32 dport;
	__u32 len;
	__u32 index;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_reuseport")
int choose(struct sk_reuseport_md *ctx)
{
	struct event e = {.protocol = ctx->ip_protocol};
	struct udphdr udp = {};
	__u32 second = 1;

	bpf_skb_load_bytes((struct __sk_buff *)ctx, 0, &udp, sizeof(udp));
	e.sport = bpf_ntohs(udp.source);
	e.dport = bpf_ntohs(udp.dest);
	e.len = bpf_ntohs(udp.len) - sizeof(udp);
	e.index = bpf_sk_select_reuseport(ctx, &sockets, &second, 0) ? 0 : second;
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return SK_PASS;
}
