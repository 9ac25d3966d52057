// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall_program: a program that is called.
 *
 * Shows: a program that hooks nothing, and runs when a task asks for it (5.14 and later).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__s32 ret;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("syscall")
int on_call(void *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32, .ret = 42};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return e.ret;
}
