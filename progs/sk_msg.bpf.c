// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_msg: what is sent through sockets that are in a map.
 *
 * Shows: a program for a map of sockets, which sees messages before TCP has them.
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

SEC("sk_msg")
int on_message(struct sk_msg_md *ctx)
{
	struct event e = {
	        .family = ctx->family,
	        .sport = ctx->local_port,
	        .dport = bpf_ntohl(ctx->remote_port),
	        .len = ctx->size,
	};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return SK_PASS;
}
