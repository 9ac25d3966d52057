// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_addr: who connects where, before anything is sent.
 *
 * Shows: programs for a cgroup that see a call's address and could change it. The one who calls is the current task.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 family;
	__u32 protocol;
	__u32 dport;
	__u8 daddr[16];
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline void report(struct bpf_sock_addr *ctx, struct event *e)
{
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->family = ctx->user_family;
	e->protocol = ctx->protocol;
	e->dport = bpf_ntohs((__u16)ctx->user_port);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_output(&events, e, sizeof(*e), 0);
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *ctx)
{
	struct event e = {};
	__u32 at = ctx->user_ip4;

	__builtin_memcpy(e.daddr, &at, 4);
	report(ctx, &e);
	return 1; /* let it */
}

SEC("cgroup/connect6")
int on_connect6(struct bpf_sock_addr *ctx)
{
	struct event e = {};
	__u32 at = ctx->user_ip6[3];

	__builtin_memcpy(e.daddr + 12, &at, 4);
	report(ctx, &e);
	return 1;
}
