// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_message: datagrams from sockets without a peer: where they are sent, who is asked for.
 *
 * Shows: programs for a cgroup that see the addresses of single messages, and those that are asked for by name.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 family;
	__u32 dport;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline int report(struct bpf_sock_addr *ctx)
{
	struct event e = {
	        .pid = bpf_get_current_pid_tgid() >> 32,
	        .family = ctx->user_family,
	        .dport = bpf_ntohs((__u16)ctx->user_port),
	};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* as it is */
}

SEC("cgroup/sendmsg4")
int on_send4(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/sendmsg6")
int on_send6(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

/* Its address is the sender's, at whose end the other port is the peer's. */
SEC("cgroup/recvmsg4")
int on_receive4(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/recvmsg6")
int on_receive6(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/getpeername4")
int on_name4(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/getpeername6")
int on_name6(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}
