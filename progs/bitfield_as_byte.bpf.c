// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bitfield_as_byte: control. A bit-field that is read as if it were a byte.
 *
 * sock.sk_userlocks was four bits within a byte until 6.9 made it a byte of its own. The local type says byte, the
 * offset is relocated, and nothing adjusts the read: it captures the neighbours' bits too. Only the outcome `drift` and
 * the value tell. A listening socket that was bound to an address has SOCK_BINDADDR_LOCK, 4, and nothing else.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define TCP_LISTEN 10
#define SOCK_BINDADDR_LOCK 4

struct sock___as_byte {
	__u8 sk_userlocks;
} __attribute__((preserve_access_index));

struct event {
	__u32 tgid;
	__u32 userlocks;
	__u32 userlocks_expected;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("raw_tp/inet_sock_set_state")
int on_state(struct bpf_raw_tracepoint_args *ctx)
{
	const struct sock___as_byte *sk = (const void *)ctx->args[0];
	struct event *e;

	if (ctx->args[2] != TCP_LISTEN)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->tgid = bpf_get_current_pid_tgid() >> 32;
	e->userlocks = BPF_CORE_READ(sk, sk_userlocks);
	e->userlocks_expected = SOCK_BINDADDR_LOCK;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
