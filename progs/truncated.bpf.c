// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * truncated: control. A good object of which the end is missing, as after a download that broke off.
 *
 * The Makefile cuts what is compiled from this. The section headers are at the end of the file, so nothing in it can
 * be found any more.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	bpf_printk("pid=%d", BPF_CORE_READ(task, tgid));
	return 0;
}
