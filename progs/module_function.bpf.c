// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * module_function: connections, seen where a kernel module handles their acknowledgements.
 *
 * Shows: `module` in an ini, and types that only a module knows. The module (TCP Westwood) is loaded before the object
 * is opened and made the congestion control of all new connections; its types are those of its own, split BTF, which
 * libbpf searches when the kernel's has no such type. `struct westwood` lies in a part of the socket that is bytes
 * to the rest of the kernel. A connection is reported only if what is read there agrees with the socket: with a wrong
 * offset the object is silent. Kernels before 5.11 give their modules no BTF; there it takes the module's word for it.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Of net/ipv4/tcp_westwood.c: in no header, and in no vmlinux. */
struct westwood {
	__u32 snd_una;
	__u32 rtt_min;
	__u32 rtt;
} __attribute__((preserve_access_index));

struct event {
	__u16 family;
	__u16 sport;
	__be16 dport;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* The module keeps its own copy of the first unacknowledged byte, and no round trip is longer than its first guess. */
static __always_inline bool agrees(struct sock *sk)
{
	struct inet_connection_sock *icsk = (struct inet_connection_sock *)sk;
	struct westwood *w = (struct westwood *)__builtin_preserve_access_index(&icsk->icsk_ca_priv);
	__u32 copy = BPF_CORE_READ(w, snd_una);
	__u32 own = BPF_CORE_READ((struct tcp_sock *)sk, snd_una);

	return own - copy < 65536 && BPF_CORE_READ(w, rtt_min) <= BPF_CORE_READ(w, rtt);
}

SEC("kprobe/tcp_westwood_pkts_acked")
int BPF_KPROBE(on_acked, struct sock *sk)
{
	struct event *e;

	if (bpf_core_type_exists(struct westwood) && !agrees(sk))
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	e->sport = BPF_CORE_READ(sk, __sk_common.skc_num);
	e->dport = BPF_CORE_READ(sk, __sk_common.skc_dport);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
