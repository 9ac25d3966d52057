// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_xdp_verdict: a firewall that was moved from XDP to a classifier.
 *
 * Control: it answers with XDP's number for a drop, which to TC means something else, so that everything passes.
 */
#include "vmlinux.h"
#include "drop_port.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tc")
int on_packet(struct __sk_buff *skb)
{
	bool hit = is_to((void *)(long)skb->data, (void *)(long)skb->data_end, bpf_htons(PORT));

	return hit ? XDP_DROP : 0;
}
