// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_binary: a probe in a program that is not in the guest.
 *
 * Control: it is not the kernel that lacks something, and the program has to be shipped.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("uprobe//opt/daemon/bin/daemon:serve")
int BPF_KPROBE(on_serve)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
