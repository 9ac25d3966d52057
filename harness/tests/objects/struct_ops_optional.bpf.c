// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* struct_ops_optional: a struct of programs that is left out until its loader asks for it: libbpf 1.4 and later. */
#define tcp_congestion_ops tcp_congestion_ops_of_vmlinux_h
#include "vmlinux.h"
#undef tcp_congestion_ops
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/op_ssthresh")
__u32 BPF_PROG(op_ssthresh, struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family) ? 2 : 3;
}

SEC("struct_ops/op_cong_avoid")
void BPF_PROG(op_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/op_undo_cwnd")
__u32 BPF_PROG(op_undo_cwnd, struct sock *sk)
{
	return 10;
}

SEC("?.struct_ops")
struct tcp_congestion_ops op_congestion = {
        .ssthresh = (void *)op_ssthresh,
        .cong_avoid = (void *)op_cong_avoid,
        .undo_cwnd = (void *)op_undo_cwnd,
        .name = "op_congestion",
};
