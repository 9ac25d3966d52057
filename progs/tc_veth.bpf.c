// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_veth: datagrams that leave for another network namespace.
 *
 * Shows: an interface other than the loopback, named by the ini, and a side of it, by the section.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tc/egress")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 0; /* TC_ACT_OK */
}
