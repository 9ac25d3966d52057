/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * congestion: what TCP congestion controls are made of here: the kernel's struct with what is used of it and no more
 * (libbpf refuses an object whose struct has a member that the kernel's has not), and how they report a connection.
 */
#define tcp_congestion_ops tcp_congestion_ops_of_vmlinux_h
#include "vmlinux.h"
#undef tcp_congestion_ops
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct tcp_congestion_ops {
	void (*init)(struct sock *sk);
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

struct event {
	__u16 family;
	__u16 sport;
	__be16 dport;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline void report(struct sock *sk)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return;
	/* Not whose it is: the last packet of the handshake may come in any process's time. */
	e->family = sk->__sk_common.skc_family;
	e->sport = sk->__sk_common.skc_num;
	e->dport = sk->__sk_common.skc_dport;
	bpf_ringbuf_submit(e, 0);
}
