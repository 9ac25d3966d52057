// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tc_drop: a firewall in a classifier.
 *
 * Shows: an effect of a program of TC, by tcx where the kernel knows it: what it shoots does not arrive.
 */
#include "vmlinux.h"
#include "drop_port.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define TC_ACT_OK 0
#define TC_ACT_SHOT 2

SEC("tc/ingress")
int on_packet(struct __sk_buff *skb)
{
	bool hit = is_to((void *)(long)skb->data, (void *)(long)skb->data_end, bpf_htons(PORT));

	return hit ? TC_ACT_SHOT : TC_ACT_OK;
}
