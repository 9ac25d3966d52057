// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_socket_maps: sockets that are in a map, and sockets for which a map has a value.
 *
 * Shows: iterators over two maps of sockets, each of which gets the map that is of its kind.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} ports SEC(".maps");

/* Every socket that gets a connection, or makes one. */
SEC("sockops")
int on_socket(struct bpf_sock_ops *ctx)
{
	bool established =
	        ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB || ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB;
	struct bpf_sock *sk = ctx->sk;
	__u32 *port = established && sk ? bpf_sk_storage_get(&ports, sk, 0, BPF_SK_STORAGE_GET_F_CREATE) : 0;

	if (port)
		*port = ctx->local_port;
	return 1;
}

SEC("iter/sockmap")
int on_entry(struct bpf_iter__sockmap *ctx)
{
	struct sock *sk = ctx->sk;

	if (sk)
		BPF_SEQ_PRINTF(ctx->meta->seq, "sport=%d dport=%d\n", sk->__sk_common.skc_num,
		               bpf_ntohs(sk->__sk_common.skc_dport));
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int on_value(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	__u32 *port = ctx->value;

	if (sk && port)
		BPF_SEQ_PRINTF(ctx->meta->seq, "sport=%d dport=%d\n", *port, bpf_ntohs(sk->__sk_common.skc_dport));
	return 0;
}
