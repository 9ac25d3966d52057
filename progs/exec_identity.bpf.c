// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exec_identity: who a process is, right after its exec.
 *
 * Shows: fields of task_struct read with BPF_CORE_READ, which records one relocation per field, so that one object is
 * right on every layout; a chain through two pointers (real_parent, then tgid); and a second witness: the same values
 * by helpers, which need no relocation. Where read and helper differ, the read is wrong; where they agree and /proc
 * says otherwise, the meaning or the moment is.
 *
 * sched_process_exec fires after the new image is in place: comm is the new one. The tracepoint's own record is not
 * read: its fields lie elsewhere on PREEMPT_RT kernels, and the task has it all.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u64 start_time; /* ns since boot, suspend included */
	__u32 pid;        /* thread id, as the kernel calls it */
	__u32 tgid;       /* process id, as the user calls it */
	__u32 pid_helper;
	__u32 tgid_helper;
	__u32 ppid;
	__u32 uid;
	__u32 gid;
	char comm[16];
	char comm_helper[16];
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
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->start_time = BPF_CORE_READ(task, start_boottime);
	e->pid = BPF_CORE_READ(task, pid);
	e->tgid = BPF_CORE_READ(task, tgid);
	e->pid_helper = (__u32)pid_tgid;
	e->tgid_helper = pid_tgid >> 32;
	/* real_parent, not parent: the latter is the tracer while the task is traced. */
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->uid = BPF_CORE_READ(task, real_cred, uid.val);
	e->gid = BPF_CORE_READ(task, real_cred, gid.val);
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	bpf_get_current_comm(e->comm_helper, sizeof(e->comm_helper));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
