// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tp_btf_sock: both ends of a TCP connection, from the socket.
 *
 * Shows: a raw tracepoint with typed arguments, so that fields are plain relocated loads; and members of anonymous
 * structs and unions (sock_common.skc_daddr, skc_num, …).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define TCP_ESTABLISHED 1

struct event {
	__u32 family;
	__u32 sport;
	__u32 dport;
	__u32 saddr_v4;
	__u32 daddr_v4;
	__u8 saddr_v6[16];
	__u8 daddr_v6[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int from, int to)
{
	struct event *e;

	if (to != TCP_ESTABLISHED)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->family = sk->__sk_common.skc_family;
	e->sport = sk->__sk_common.skc_num;
	e->dport = bpf_ntohs(sk->__sk_common.skc_dport);
	e->saddr_v4 = sk->__sk_common.skc_rcv_saddr;
	e->daddr_v4 = sk->__sk_common.skc_daddr;
	BPF_CORE_READ_INTO(&e->saddr_v6, sk, __sk_common.skc_v6_rcv_saddr);
	BPF_CORE_READ_INTO(&e->daddr_v6, sk, __sk_common.skc_v6_daddr);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
