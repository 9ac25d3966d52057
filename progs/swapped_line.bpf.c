// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* swapped_line: control. A printed line that takes the parent for the process, and the process for the parent. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	bpf_printk("exec: pid=%d, parent: ppid=%d", BPF_CORE_READ(task, real_parent, tgid), BPF_CORE_READ(task, tgid));
	return 0;
}
