// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lsm_cgroup: sockets that are bound, by an LSM hook for one cgroup alone.
 *
 * Shows: a hook of the kernel's security modules, for the tasks of a cgroup (6.0 and later).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 family;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("lsm_cgroup/socket_bind")
int BPF_PROG(on_bind, struct socket *sock, struct sockaddr *address, int addrlen)
{
	struct event e = {
	        .pid = bpf_get_current_pid_tgid() >> 32,
	        .family = BPF_CORE_READ(sock, sk, __sk_common.skc_family),
	};

	BPF_CORE_READ_STR_INTO(&e.comm, bpf_get_current_task_btf(), comm);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it */
}
