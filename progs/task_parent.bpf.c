// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * task_parent: a task's id and its parent's, as the kernel numbers tasks.
 *
 * Shows: task->pid is a thread id, and task->parent->pid the id of the parent's thread that forked (or of the tracer).
 * Both are what they are called here only because the names say so: `tgid` beside `pid`, `parent_pid` instead of
 * `ppid`. A user's "parent process id" is real_parent->tgid, as in exec_identity.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__s32 pid;
	__s32 tgid_helper;
	__s32 parent_pid;
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
	e->pid = BPF_CORE_READ(task, pid);
	e->tgid_helper = bpf_get_current_pid_tgid() >> 32;
	e->parent_pid = BPF_CORE_READ(task, parent, pid);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
