// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_action: datagrams as an action of TC sees them.
 *
 * Shows: a program that is what a filter does, not the filter itself.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("action")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 0; /* TC_ACT_OK */
}
