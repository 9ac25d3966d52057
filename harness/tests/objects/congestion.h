/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* congestion: a TCP congestion control that does nothing, in the section that its includer defines as SECTION. */
#define tcp_congestion_ops tcp_congestion_ops_of_vmlinux_h
#include "vmlinux.h"
#undef tcp_congestion_ops
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#ifndef TYPE
#define TYPE tcp_congestion_ops
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct TYPE {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

/* With a relocation. */
SEC("struct_ops/no_ssthresh")
__u32 BPF_PROG(no_ssthresh, struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family) ? 2 : 3;
}

SEC("struct_ops/no_cong_avoid")
void BPF_PROG(no_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/no_undo_cwnd")
__u32 BPF_PROG(no_undo_cwnd, struct sock *sk)
{
	return 10;
}

SEC(SECTION)
struct TYPE no_congestion = {
        .ssthresh = (void *)no_ssthresh,
        .cong_avoid = (void *)no_cong_avoid,
        .undo_cwnd = (void *)no_undo_cwnd,
        .name = "no_congestion",
};
