// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_unix: names of Unix sockets, as a connection, a message and those who ask have them.
 *
 * Shows: programs for a cgroup at the hooks of Unix sockets (6.7 and later).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* What of the call the context stands for; vmlinux.h here may be older. */
struct bpf_sock_addr_kern___local {
	struct sockaddr *uaddr;
} __attribute__((preserve_access_index));

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;

static __always_inline int report(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_addr_kern___local *call = bpf_cast_to_kern_ctx(ctx);
	struct sockaddr_un *address = (void *)BPF_CORE_READ(call, uaddr);
	char path[80] = {};

	bpf_probe_read_kernel_str(path, sizeof(path), address->sun_path);
	bpf_printk("pid=%d family=%d path=%s", bpf_get_current_pid_tgid() >> 32, ctx->user_family, path);
	return 1; /* as it is */
}

SEC("cgroup/connect_unix")
int on_connect(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/sendmsg_unix")
int on_send(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/recvmsg_unix")
int on_receive(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/getpeername_unix")
int on_peer(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}

SEC("cgroup/getsockname_unix")
int on_name(struct bpf_sock_addr *ctx)
{
	return report(ctx);
}
