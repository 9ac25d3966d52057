// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* struct_ops_flavour: a struct of programs by a flavour of the kernel's: libbpf 1.4 and later. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct tcp_congestion_ops___few {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/fl_ssthresh")
__u32 BPF_PROG(fl_ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/fl_cong_avoid")
void BPF_PROG(fl_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/fl_undo_cwnd")
__u32 BPF_PROG(fl_undo_cwnd, struct sock *sk)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops___few fl_congestion = {
        .ssthresh = (void *)fl_ssthresh,
        .cong_avoid = (void *)fl_cong_avoid,
        .undo_cwnd = (void *)fl_undo_cwnd,
        .name = "fl_congestion",
};
