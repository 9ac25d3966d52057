// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exec_ppid_printk: the parent of a process after its exec, printed.
 *
 * Shows: the smallest way to get a value out, bpf_printk into the trace pipe. No map, no struct: the names in the
 * format are the names of the fields.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	int pid = bpf_get_current_pid_tgid() >> 32;
	int ppid = BPF_CORE_READ(task, real_parent, tgid);

	bpf_printk("pid=%d ppid=%d", pid, ppid);
	return 0;
}
