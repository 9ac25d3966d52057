// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * udp_send: datagrams as they are sent, with both ends.
 *
 * Shows: fields of a socket that lie in a struct within a struct (__sk_common, where their names are macros in the
 * kernel's own source); a bit-field that became an ordinary member (sk_protocol, 5.6) read so that either is right.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define AF_INET6 10

struct event {
	__u32 pid;
	__u16 family;
	__u16 protocol;
	__u16 sport;
	__be16 dport;
	__u64 len;
	__u8 saddr[16];
	__u8 daddr[16];
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline int report(struct sock *sk, size_t len)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	e->protocol = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_protocol);
	e->sport = BPF_CORE_READ(sk, __sk_common.skc_num);
	e->dport = BPF_CORE_READ(sk, __sk_common.skc_dport);
	e->len = len;
	if (e->family == AF_INET6) {
		BPF_CORE_READ_INTO(&e->saddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&e->daddr, sk, __sk_common.skc_v6_daddr);
	} else {
		bpf_core_read(&e->saddr, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(&e->daddr, 4, &sk->__sk_common.skc_daddr);
	}
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("kprobe/udp_sendmsg")
int BPF_KPROBE(on_send4, struct sock *sk, struct msghdr *msg, size_t len)
{
	return report(sk, len);
}

SEC("kprobe/udpv6_sendmsg")
int BPF_KPROBE(on_send6, struct sock *sk, struct msghdr *msg, size_t len)
{
	return report(sk, len);
}
