// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_bind: sockets that are bound, by the port that they got.
 *
 * Shows: programs for a cgroup that see the socket itself, after the call has done its work.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 family;
	__u32 protocol;
	__u32 sport;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline int report(struct bpf_sock *ctx)
{
	struct event e = {
	        .pid = bpf_get_current_pid_tgid() >> 32,
	        .family = ctx->family,
	        .protocol = ctx->protocol,
	        .sport = ctx->src_port,
	};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it */
}

SEC("cgroup/post_bind4")
int on_bind4(struct bpf_sock *ctx)
{
	return report(ctx);
}

SEC("cgroup/post_bind6")
int on_bind6(struct bpf_sock *ctx)
{
	return report(ctx);
}
