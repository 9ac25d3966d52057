// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * socket_filter: datagrams as a packet socket sees them.
 *
 * Shows: the oldest kind of program, on a raw socket that listens to an interface.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("socket")
int on_packet(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 0; /* the socket need not keep it */
}
