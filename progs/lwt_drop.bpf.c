// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lwt_drop: datagrams that a route does not let out.
 *
 * Shows: an effect of a program that a route has as its tunnel: who sends is told so.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("lwt_out")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, 0);
	return 2; /* BPF_DROP */
}
