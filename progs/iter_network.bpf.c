// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_network: every socket to the kernel, and every route of IPv6.
 *
 * Shows: iterators over netlink's sockets and IPv6's routes: the one to the loopback leads to where a connection went.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/netlink")
int on_netlink(struct bpf_iter__netlink *ctx)
{
	struct netlink_sock *sk = ctx->sk;

	if (sk)
		BPF_SEQ_PRINTF(ctx->meta->seq, "portid=%u\n", sk->portid);
	return 0;
}

SEC("iter/ipv6_route")
int on_route(struct bpf_iter__ipv6_route *ctx)
{
	struct fib6_info *route = ctx->rt;

	if (route && route->fib6_dst.plen == 128)
		BPF_SEQ_PRINTF(ctx->meta->seq, "daddr_v6=%pI6c\n", &route->fib6_dst.addr);
	return 0;
}
