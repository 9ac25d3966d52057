// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lwt_in: datagrams along a route.
 *
 * Shows: a program that a route has as its tunnel, called when a packet arrives by it. There is no header of a link
 * before the packet.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("lwt_in")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, 0);
	return 0; /* BPF_OK */
}
