// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_ops: connections as they are established, at both ends.
 *
 * Shows: a program for a cgroup that the kernel calls at steps of a connection.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET 2

struct event {
	__u32 family;
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

SEC("sockops")
int on_step(struct bpf_sock_ops *ctx)
{
	struct event e = {
	        .family = ctx->family,
	        .sport = ctx->local_port,
	        .dport = bpf_ntohl(ctx->remote_port),
	};
	__u32 at;

	if (ctx->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && ctx->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		return 1;
	if (ctx->family == AF_INET) {
		at = ctx->local_ip4;
		__builtin_memcpy(e.saddr, &at, 4);
		at = ctx->remote_ip4;
		__builtin_memcpy(e.daddr, &at, 4);
	} else {
		at = ctx->local_ip6[3];
		__builtin_memcpy(e.saddr + 12, &at, 4);
		at = ctx->remote_ip6[3];
		__builtin_memcpy(e.daddr + 12, &at, 4);
	}
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1;
}
