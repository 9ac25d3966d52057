// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * never_fires: control. Loaded and attached everywhere, and never called.
 *
 * getcpu is answered without the kernel (vDSO), and nobody makes the system call. The workload that the ini names
 * happens, and the object has nothing to say about it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_getcpu")
int on_getcpu(void *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
