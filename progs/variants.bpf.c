// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * variants: one object under several settings, as its users may run it.
 *
 * Shows: [variant NAME] in the ini. A flag in .rodata takes the tracer for the parent, and only that variant is wrong;
 * another one leaves the tracepoint out, has the raw one loaded in its place, and enlarges the buffer.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile bool tracer_is_parent = false;

struct event {
	__u32 pid;
	__u32 ppid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static int submit(struct task_struct *task)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(task, tgid);
	e->ppid = tracer_is_parent ? BPF_CORE_READ(task, parent, tgid) : BPF_CORE_READ(task, real_parent, tgid);
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	return submit((struct task_struct *)bpf_get_current_task());
}

/* TP_PROTO(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm) */
SEC("?raw_tp/sched_process_exec")
int on_exec_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return submit((struct task_struct *)ctx->args[0]);
}
