// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_skb: what arrives at sockets that are in a map.
 *
 * Shows: a pair of programs for a map of sockets: one says where a message ends, the other where it goes.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 family;
	__u32 sport;
	__u32 dport;
	__u32 len;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_skb/stream_parser")
int where_it_ends(struct __sk_buff *skb)
{
	return skb->len;
}

/* What arrives comes from the remote end. */
SEC("sk_skb/stream_verdict")
int where_it_goes(struct __sk_buff *skb)
{
	struct event e = {
	        .family = skb->family,
	        .sport = bpf_ntohl(skb->remote_port),
	        .dport = skb->local_port,
	        .len = skb->len,
	};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return SK_PASS;
}
