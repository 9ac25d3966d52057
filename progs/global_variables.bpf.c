// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* global_variables: the last exec, in variables of its own. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct last {
	__u32 pid, ppid;
	char comm[16];
};

struct last task;
__u64 runs;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *self = (void *)bpf_get_current_task();

	task.pid = bpf_get_current_pid_tgid() >> 32;
	task.ppid = BPF_CORE_READ(self, real_parent, tgid);
	BPF_CORE_READ_STR_INTO(&task.comm, self, comm);
	runs++;
	return 0;
}
