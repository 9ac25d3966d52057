// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_sockets: every TCP and UDP socket there is, as lines of text.
 *
 * Shows: iterators over sockets, read while the sockets of a process are open.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int print(struct seq_file *seq, const struct sock_common *sk, int protocol)
{
	if (sk->skc_dport)
		BPF_SEQ_PRINTF(seq, "family=%d protocol=%d sport=%d dport=%d\n", sk->skc_family, protocol, sk->skc_num,
		               bpf_ntohs(sk->skc_dport));
	return 0;
}

SEC("iter/tcp")
int on_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	return sk ? print(ctx->meta->seq, sk, IPPROTO_TCP) : 0;
}

SEC("iter/udp")
int on_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *sk = ctx->udp_sk;

	return sk ? print(ctx->meta->seq, &sk->inet.sk.__sk_common, IPPROTO_UDP) : 0;
}
