// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* unnamed_event: an event whose type is in no BTF, for it is an unnamed struct on the stack: its ini says what is in
 * it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} out SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct {
		__u64 when;
		struct {
			__u32 pid, ppid;
		} task;
		char comm[16];
	} e = {.when = bpf_ktime_get_ns()};

	e.task.pid = bpf_get_current_pid_tgid() >> 32;
	e.task.ppid = BPF_CORE_READ(task, real_parent, tgid);
	BPF_CORE_READ_STR_INTO(&e.comm, task, comm);
	bpf_ringbuf_output(&out, &e, sizeof(e), 0);
	return 0;
}
