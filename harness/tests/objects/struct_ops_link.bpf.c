// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* struct_ops_link: a struct of programs that a link holds: libbpf 1.2 and later, Linux 6.4 and later. */
#define tcp_congestion_ops tcp_congestion_ops_of_vmlinux_h
#include "vmlinux.h"
#undef tcp_congestion_ops
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/ln_ssthresh")
__u32 BPF_PROG(ln_ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/ln_cong_avoid")
void BPF_PROG(ln_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/ln_undo_cwnd")
__u32 BPF_PROG(ln_undo_cwnd, struct sock *sk)
{
	return 10;
}

SEC(".struct_ops.link")
struct tcp_congestion_ops ln_congestion = {
        .ssthresh = (void *)ln_ssthresh,
        .cong_avoid = (void *)ln_cong_avoid,
        .undo_cwnd = (void *)ln_undo_cwnd,
        .name = "ln_congestion",
};
