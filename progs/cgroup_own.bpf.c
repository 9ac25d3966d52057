// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * cgroup_own: who connects, of those in a cgroup.
 *
 * Shows: an ini that names a cgroup, which is made for the program; subjects are in it, and nobody else is.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u64 cgroup_id;
	__u32 pid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *ctx)
{
	struct event e;

	__builtin_memset(&e, 0, sizeof(e)); /* padding included: older verifiers ask for it */
	e.cgroup_id = bpf_get_current_cgroup_id();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it */
}
