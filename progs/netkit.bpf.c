// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * netkit: datagrams as they leave through an interface of a pair.
 *
 * Shows: a program that is a device's own code for sending (6.7 and later). There is no header of a link before the
 * packet.
 */
#include "vmlinux.h"
#include "packet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("netkit/primary")
int on_send(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 0; /* NETKIT_PASS */
}
