// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tcx_packet: datagrams as a classifier sees them that is attached by a link.
 *
 * Shows: tcx, which came with 6.6 and needs no queueing discipline.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tcx/ingress")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return -1; /* TCX_NEXT */
}
