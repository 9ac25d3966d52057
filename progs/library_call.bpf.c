// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * library_call: a function of libc that a program calls, its argument and who called it.
 *
 * Shows: a section that names a library, which comes into the guest with a program that is linked with it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char comm[16];
	__u64 size;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("uprobe/libc.so.6:malloc")
int BPF_KPROBE(on_malloc, unsigned long size)
{
	struct event e;

	__builtin_memset(&e, 0, sizeof(e)); /* padding included: older verifiers ask for it */
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.size = size;
	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
