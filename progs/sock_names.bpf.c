// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_names: which address a socket is bound to, and which it is told that it has.
 *
 * Shows: programs for a cgroup that see the address of a bind, and of a getsockname, and could change either.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int report(struct bpf_sock_addr *ctx)
{
	__u16 port = bpf_ntohs((__u16)ctx->user_port);

	if (port) /* else the kernel is to choose one */
		bpf_printk("pid=%d family=%d sport=%d", bpf_get_current_pid_tgid() >> 32, ctx->user_family, port);
	return 1; /* as it is */
}

SEC("cgroup/bind4")
int on_bind4(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/bind6")
int on_bind6(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/getsockname4")
int on_name4(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/getsockname6")
int on_name6(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}
