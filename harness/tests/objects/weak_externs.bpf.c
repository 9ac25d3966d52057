// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Does without what a kernel may not have; nothing of it is relocated. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern const struct rq runqueues __ksym __weak;
extern const struct task_struct *current_task __ksym __weak;
extern int bpf_no_such_kfunc(struct task_struct *task) __ksym __weak;

SEC("raw_tp/sched_process_exec")
int on_exec(void *ctx)
{
	int found = 0;

	if (&runqueues)
		found++;
	if (&current_task)
		found++;
	if (bpf_no_such_kfunc)
		found++;
	bpf_printk("pid=%d found=%d", (int)(bpf_get_current_pid_tgid() >> 32), found);
	return 0;
}
