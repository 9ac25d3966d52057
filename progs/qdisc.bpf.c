// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * qdisc: a queueing discipline of its own, first in, first out, which reports the datagrams that it takes.
 *
 * Shows: struct_ops that network interfaces queue packets by (6.16 and later, where the configuration has it), and
 * packets that a program owns until it gives them back: what it loses does not arrive.
 */
#include "discipline.h"

char LICENSE[] SEC("license") = "GPL";

/* Ports of the UDP header, wherever it is in the packet. */
static __always_inline void report(const struct sk_buff *skb)
{
	const unsigned char *head = BPF_CORE_READ(skb, head);
	struct udphdr udp = {};

	bpf_probe_read_kernel(&udp, sizeof(udp), head + BPF_CORE_READ(skb, transport_header));
	bpf_printk("sport=%d dport=%d len=%d", bpf_ntohs(udp.source), bpf_ntohs(udp.dest),
	           bpf_ntohs(udp.len) - (int)sizeof(udp));
}

SEC("struct_ops/cm_enqueue")
int BPF_PROG(cm_enqueue, struct sk_buff *skb, struct Qdisc *queue, struct bpf_sk_buff_ptr *to_free)
{
	__u32 key = next % PLACES;
	struct place *place = bpf_map_lookup_elem(&places, &key);

	if (!place || next - first >= PLACES) {
		bpf_qdisc_skb_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	report(skb);
	skb = bpf_kptr_xchg(&place->skb, skb);
	if (skb)
		bpf_qdisc_skb_drop(skb, to_free);
	next++;
	queue->q.qlen++;
	return NET_XMIT_SUCCESS;
}

SEC("struct_ops/cm_dequeue")
struct sk_buff *BPF_PROG(cm_dequeue, struct Qdisc *queue)
{
	struct sk_buff *skb = take(first);

	if (!skb)
		return NULL;
	first++;
	queue->q.qlen--;
	return skb;
}

SEC("struct_ops/cm_init")
int BPF_PROG(cm_init, struct Qdisc *queue, struct nlattr *options, struct netlink_ext_ack *extack)
{
	return 0;
}

SEC("struct_ops/cm_reset")
void BPF_PROG(cm_reset, struct Qdisc *queue)
{
	for (__u32 i = 0; i < PLACES; i++) {
		struct sk_buff *skb = take(i);

		if (skb)
			bpf_kfree_skb(skb);
	}
	first = next = 0;
	queue->q.qlen = 0;
}

SEC("struct_ops/cm_destroy")
void BPF_PROG(cm_destroy, struct Qdisc *queue)
{
}

SEC(".struct_ops.link")
struct Qdisc_ops cm_discipline = {
        .enqueue = (void *)cm_enqueue,
        .dequeue = (void *)cm_dequeue,
        .init = (void *)cm_init,
        .reset = (void *)cm_reset,
        .destroy = (void *)cm_destroy,
        .id = "cm_discipline",
};
