// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_packet: datagrams as an interface receives them, before the kernel has made anything of them.
 *
 * Shows: an XDP program, which reads the packet's own bytes. Its section names no interface: it is attached to the
 * loopback, in generic mode.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) <= end)
		bytes_report(eth + 1, end, eth->h_proto);
	return XDP_PASS;
}
