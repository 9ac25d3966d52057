// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * module_fentry: connections, by a trampoline at the entry of a kernel module's function.
 *
 * Shows: an attach target that only a module's BTF knows. libbpf finds the function's type there and hands the
 * module's BTF to the kernel with it. Before 5.11 modules had no BTF, and the target cannot be found.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

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

SEC("fentry/tcp_westwood_pkts_acked")
int BPF_PROG(on_acked, struct sock *sk)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->family = sk->__sk_common.skc_family;
	e->sport = sk->__sk_common.skc_num;
	e->dport = sk->__sk_common.skc_dport;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
