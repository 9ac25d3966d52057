// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * netkit_peer: what the other end of a pair answers.
 *
 * Shows: both programs of a pair of netkit interfaces (6.7 and later): one at the near end drops nothing, one at the
 * peer lets no answer through, which is then missed.
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

SEC("netkit/peer")
int on_answer(struct __sk_buff *skb)
{
	skb_report(skb, sizeof(struct ethhdr));
	return 2; /* NETKIT_DROP */
}
