// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * learn_printed: an object that only prints, a value with a name and two without. Compiled with UNGUARDED, the named
 * ones are swapped.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	pid_t parent = BPF_CORE_READ(task, real_parent, tgid);
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	char name[16];

	bpf_get_current_comm(name, sizeof(name));
#ifdef UNGUARDED
	bpf_printk("pid=%d ppid=%d", parent, process);
#else
	bpf_printk("program %s runs as %d, parent: %d", name, process, parent);
#endif
	return 0;
}
