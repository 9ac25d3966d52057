// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fork_exit: who forks whom, and how processes end.
 *
 * Shows: arguments of a raw tracepoint taken as pointers to kernel types, so that not the tracepoint's record but the
 * tasks themselves are read; a reporter for two moments, of which each event fills what it knows; exit_code as wait()
 * will see it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 child_pid;
	__u32 exit_code;
	__u32 ppid;
	__u32 pgid;
	__u32 sid;
	__u64 start_time;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* The number of a process group or session, as the first pid namespace counts. */
static __always_inline __u32 signal_pid(struct task_struct *task, enum pid_type type)
{
	return BPF_CORE_READ(task, signal, pids[type], numbers[0].nr);
}

static __always_inline struct event *report(struct task_struct *task)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return NULL;
	__builtin_memset(e, 0, sizeof(*e));
	e->pid = BPF_CORE_READ(task, tgid);
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->pgid = signal_pid(task, PIDTYPE_PGID);
	e->sid = signal_pid(task, PIDTYPE_SID);
	e->start_time = BPF_CORE_READ(task, start_boottime);
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	return e;
}

SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *ctx)
{
	struct event *e = report((struct task_struct *)ctx->args[0]);

	if (!e)
		return 0;
	e->child_pid = BPF_CORE_READ((struct task_struct *)ctx->args[1], tgid);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int on_exit(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];
	struct event *e = report(task);

	if (!e)
		return 0;
	e->exit_code = BPF_CORE_READ(task, exit_code);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
