// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lwt_segment: datagrams that come by a segment of IPv6.
 *
 * Shows: lwt_seg6local, a program at a segment (End.BPF): the kernel has put the next address of the list into the
 * packet, which goes on as the program says.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define HEADERS 80 /* of IPv6, and of a list of two segments */

SEC("lwt_seg6local")
int on_segment(struct __sk_buff *skb)
{
	struct udphdr udp = {};

	if (bpf_skb_load_bytes(skb, HEADERS, &udp, sizeof(udp)) == 0)
		bpf_printk("sport=%d dport=%d len=%d", bpf_ntohs(udp.source), bpf_ntohs(udp.dest),
		           bpf_ntohs(udp.len) - (int)sizeof(udp));
	return BPF_OK;
}
