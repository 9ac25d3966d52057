// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_lookup: connections and datagrams for which the kernel looks for a socket that listens.
 *
 * Shows: a program for a network namespace that could choose the socket. Its context has both ends, the local port in
 * host order, the remote one in that of the network.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET 2

struct event {
	__u32 family;
	__u32 protocol;
	__u32 sport;
	__u32 dport;
	__u8 saddr[16];
	__u8 daddr[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* What comes in goes from the remote end to the local one. */
SEC("sk_lookup")
int on_lookup(struct bpf_sk_lookup *ctx)
{
	struct event e = {
	        .family = ctx->family,
	        .protocol = ctx->protocol,
	        .sport = bpf_ntohs((__u16)ctx->remote_port),
	        .dport = ctx->local_port,
	};
	__u32 at;

	if (ctx->family == AF_INET) {
		at = ctx->remote_ip4;
		__builtin_memcpy(e.saddr, &at, 4);
		at = ctx->local_ip4;
		__builtin_memcpy(e.daddr, &at, 4);
	} else {
		at = ctx->remote_ip6[3];
		__builtin_memcpy(e.saddr + 12, &at, 4);
		at = ctx->local_ip6[3];
		__builtin_memcpy(e.daddr + 12, &at, 4);
	}
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return SK_PASS;
}
