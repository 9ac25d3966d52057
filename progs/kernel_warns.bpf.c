// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kernel_warns: a TCP congestion control that loads, is used, reports what is true, and makes the kernel warn: it lets
 * the slow start set a window of no packets (WARN_ON_ONCE of tcp_snd_cwnd_set, 5.19).
 *
 * Shows: what a kernel says of itself while an object is in it counts too. A control.
 */
#include "congestion.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u32 tcp_slow_start(struct tcp_sock *tp, __u32 acked) __ksym;

SEC("struct_ops/kw_init")
void BPF_PROG(kw_init, struct sock *sk)
{
	report(sk);
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
