// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_veth: datagrams that leave for another network namespace.
 *
 * Shows: an interface other than the loopback, and a side of it, named by the ini.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tc")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 0; /* TC_ACT_OK */
}
