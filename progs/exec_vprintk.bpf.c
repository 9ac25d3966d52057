// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* exec_vprintk: prints more values than bpf_trace_printk takes. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	char comm[16] = {};

	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	bpf_printk("comm=%s pid=%d ppid=%d uid=%d gid=%d", comm, BPF_CORE_READ(task, tgid),
	           BPF_CORE_READ(task, real_parent, tgid), BPF_CORE_READ(task, cred, uid.val),
	           BPF_CORE_READ(task, cred, gid.val));
	return 0;
}
