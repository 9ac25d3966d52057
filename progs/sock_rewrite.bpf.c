// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sock_rewrite: datagrams sent elsewhere, as service meshes do it.
 *
 * Shows: an effect of a program for a cgroup: the port that a message is sent to is another one.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("cgroup/sendmsg4")
int on_send4(struct bpf_sock_addr *ctx)
{
	ctx->user_port = bpf_htons(bpf_ntohs((__u16)ctx->user_port) + 1);
	return 1;
}

SEC("cgroup/sendmsg6")
int on_send6(struct bpf_sock_addr *ctx)
{
	ctx->user_port = bpf_htons(bpf_ntohs((__u16)ctx->user_port) + 1);
	return 1;
}
