// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_cpumap: datagrams that another processor deals with.
 *
 * Shows: XDP that gives packets to the processors of a map, and a program that runs there, before the kernel has made
 * anything of them. They arrive all the same.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bpf_cpumap_val);
} processors SEC(".maps");

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	return bpf_redirect_map(&processors, 0, 0);
}

SEC("xdp/cpumap")
int on_processor(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) <= end)
		bytes_report(eth + 1, end, eth->h_proto);
	return XDP_PASS;
}
