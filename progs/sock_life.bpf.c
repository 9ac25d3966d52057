// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_life: sockets as they are made and released.
 *
 * Shows: programs for a cgroup that see a socket's first and last moment. Nothing of its ends is known yet, or any
 * more.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int report(struct bpf_sock *ctx)
{
	bpf_printk("pid=%d family=%d protocol=%d", bpf_get_current_pid_tgid() >> 32, ctx->family, ctx->protocol);
	return 1; /* let it */
}

SEC("cgroup/sock_create")
int on_create(struct bpf_sock *ctx)
{
	return report(ctx);
}

SEC("cgroup/sock")
int on_create_too(struct bpf_sock *ctx)
{
	return report(ctx);
}

SEC("cgroup/sock_release")
int on_release(struct bpf_sock *ctx)
{
	return report(ctx);
}
