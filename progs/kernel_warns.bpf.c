// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kernel_warns: a TCP congestion control that loads, is used, reports what is true, and makes the kernel warn: it lets
 * the slow start set a window of no packets (WARN_ON_ONCE of tcp_snd_cwnd_set, 5.19).
 *
 * Shows: what a kernel says of itself while an object is in it counts too. A control.
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

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

__u32 tcp_slow_start(struct tcp_sock *tp, __u32 acked) __ksym;

SEC("struct_ops/kw_init")
void BPF_PROG(kw_init, struct sock *sk)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return;
	e->family = sk->__sk_common.skc_family;
	e->sport = sk->__sk_common.skc_num;
	e->dport = sk->__sk_common.skc_dport;
	bpf_ringbuf_submit(e, 0);
}

SEC("struct_ops/kw_ssthresh")
__u32 BPF_PROG(kw_ssthresh, struct sock *sk)
{
	return 2;
}

/* A window of no packets, for as long as the slow start is asked: the connection goes on with the one it had. */
SEC("struct_ops/kw_cong_avoid")
void BPF_PROG(kw_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	__u32 window = tp->snd_cwnd, threshold = tp->snd_ssthresh;

	tp->snd_ssthresh = 0;
	tcp_slow_start(tp, acked);
	tp->snd_ssthresh = threshold;
	tp->snd_cwnd = window;
}

SEC("struct_ops/kw_undo_cwnd")
__u32 BPF_PROG(kw_undo_cwnd, struct sock *sk)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops kw_congestion = {
        .init = (void *)kw_init,
        .ssthresh = (void *)kw_ssthresh,
        .cong_avoid = (void *)kw_cong_avoid,
        .undo_cwnd = (void *)kw_undo_cwnd,
        .name = "kw_congestion",
};
