// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* printed_line: only prints, as programs do while they are written: no value has a name, so each has to be found. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	char comm[16] = {};

	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	bpf_printk("%s (%d), child of %d", comm, bpf_get_current_pid_tgid() >> 32,
	           BPF_CORE_READ(task, real_parent, tgid));
	return 0;
}
