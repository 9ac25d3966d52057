/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * discipline: what queueing disciplines are made of here: the kernel's struct with what is used of it and no more, and
 * a queue of packets, in an array.
 */
#define Qdisc_ops Qdisc_ops_of_vmlinux_h
#define bpf_sk_buff_ptr bpf_sk_buff_ptr_of_vmlinux_h
#include "vmlinux.h"
#undef Qdisc_ops
#undef bpf_sk_buff_ptr
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* A list of packets that are to be freed, as kfuncs take it. */
struct bpf_sk_buff_ptr {
	struct sk_buff *skb;
};

struct Qdisc_ops {
	int (*enqueue)(struct sk_buff *skb, struct Qdisc *queue, struct bpf_sk_buff_ptr *to_free);
	struct sk_buff *(*dequeue)(struct Qdisc *queue);
	int (*init)(struct Qdisc *queue, struct nlattr *options, struct netlink_ext_ack *extack);
	void (*reset)(struct Qdisc *queue);
	void (*destroy)(struct Qdisc *queue);
	char id[16];
};

extern void bpf_kfree_skb(struct sk_buff *skb) __ksym;
extern void bpf_qdisc_skb_drop(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free) __ksym;

#define NET_XMIT_SUCCESS 0
#define NET_XMIT_DROP 1
#define PLACES 16

struct place {
	struct sk_buff __kptr *skb;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, struct place);
} places SEC(".maps");

__u32 first, next;

static __always_inline struct sk_buff *take(__u32 at)
{
	__u32 key = at % PLACES;
	struct place *place = bpf_map_lookup_elem(&places, &key);

	return place ? bpf_kptr_xchg(&place->skb, NULL) : NULL;
}
