// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * freplace: a function of a program that is at work already, replaced.
 *
 * Shows: a program that takes another's place. The other one is the harness's own, in XDP; its function is called as
 * the section says.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("freplace/handle")
int new_handle(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) <= end)
		bytes_report(eth + 1, end, eth->h_proto);
	return XDP_PASS;
}
