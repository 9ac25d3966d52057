// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * parent_for_real_parent: control. The tracer of a process given out as its parent.
 *
 * task_struct.parent is who gets the signals, and that is the tracer while a task is traced; real_parent is who forked
 * it. For all that nobody traces both are the same, which is why this mistake shows only under a debugger.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 ppid;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->ppid = BPF_CORE_READ(task, parent, tgid);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
