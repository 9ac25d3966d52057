// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pid_for_tgid: control. The id of a thread given out as that of its process.
 *
 * What users call a pid the kernel calls a tgid; its pid is the thread's. Both are the same for every process with one
 * thread, which is why this mistake lives long: it takes an exec out of a second thread to see it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 tgid;
	__u32 tgid_helper;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int on_execve(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->tgid = BPF_CORE_READ(task, pid);
	e->tgid_helper = bpf_get_current_pid_tgid() >> 32;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
