// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xdp_several: an interface takes one XDP program, and a network namespace one flow dissector: the first of each. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int first(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex ? XDP_PASS : XDP_DROP;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	return skb->flow_keys->nhoff ? BPF_OK : BPF_DROP;
}

SEC("flow_dissector")
int dissect_too(struct __sk_buff *skb)
{
	return skb->flow_keys->nhoff ? BPF_OK : BPF_DROP;
}
