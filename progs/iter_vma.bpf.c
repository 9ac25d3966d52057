// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_vma: the first stretch of every task's memory, with the task.
 *
 * Shows: an iterator over what tasks have in their memory (5.12 and later).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/task_vma")
int on_vma(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;

	if (task && vma)
		BPF_SEQ_PRINTF(ctx->meta->seq, "pid=%d ppid=%d comm=%s\n", task->tgid, task->real_parent->tgid,
		               task->comm);
	return 0;
}
