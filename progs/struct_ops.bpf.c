// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * struct_ops: a TCP congestion control of its own, which reports the connections that it is asked to control.
 *
 * Shows: programs that are the members of a struct the kernel calls through. libbpf finds the kernel's struct of
 * that name, puts each member where this kernel has it, and registers the whole; the ini then makes it the congestion
 * control of all new connections. The struct is defined here with what is used of it and no more: libbpf refuses an
 * object whose struct has a member that the kernel's has not.
 */
#define tcp_congestion_ops tcp_congestion_ops_of_vmlinux_h
#include "vmlinux.h"
#undef tcp_congestion_ops
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

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

/* Once per connection and side, when it is established. */
SEC("struct_ops/cm_init")
void BPF_PROG(cm_init, struct sock *sk)
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

/* As careful as can be: the window stays what it is. */
SEC("struct_ops/cm_ssthresh")
__u32 BPF_PROG(cm_ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/cm_cong_avoid")
void BPF_PROG(cm_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/cm_undo_cwnd")
__u32 BPF_PROG(cm_undo_cwnd, struct sock *sk)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops cm_congestion = {
        .init = (void *)cm_init,
        .ssthresh = (void *)cm_ssthresh,
        .cong_avoid = (void *)cm_cong_avoid,
        .undo_cwnd = (void *)cm_undo_cwnd,
        .name = "cm_congestion",
};
