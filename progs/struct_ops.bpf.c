// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * struct_ops: a TCP congestion control of its own, which reports the connections that it is asked to control.
 *
 * Shows: programs that are the members of a struct the kernel calls through. libbpf finds the kernel's struct of
 * that name, puts each member where this kernel has it, and registers the whole; the ini then makes it the congestion
 * control of all new connections.
 */
#include "congestion.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Once per connection and side, when it is established. */
SEC("struct_ops/cm_init")
void BPF_PROG(cm_init, struct sock *sk)
{
	report(sk);
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
