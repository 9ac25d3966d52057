// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_packet: datagrams as a classifier sees them.
 *
 * Shows: a section that names nothing but the kind. The program is attached as a filter of clsact, on the side that a
 * word in its name or its ini's `hook` tell.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tc")
int on_egress(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 0; /* TC_ACT_OK */
}
