// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tcx_drop: datagrams that do not leave.
 *
 * Shows: tcx on the side of an interface by which packets leave it; one that reports, and drops.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tcx/egress")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 2; /* TCX_DROP */
}
