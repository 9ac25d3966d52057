// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What stands behind bpf_throw() is never reached, and no verifier comes to what is missing there. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern void bpf_throw(__u64 cookie) __ksym __weak;

struct task_struct___with_state {
	volatile long state;
} __attribute__((preserve_access_index));

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	bpf_printk("pid=%d", task->tgid);
	if (!bpf_throw)
		return 0;
	bpf_throw(0);
	return (int)BPF_CORE_READ((struct task_struct___with_state *)task, state);
}
