// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_files: every open file of every task, with the task.
 *
 * Shows: iterators over what belongs to tasks.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/task_file")
int on_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (!task || !file)
		return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "pid=%d ppid=%d comm=%s\n", task->tgid, task->real_parent->tgid, task->comm);
	return 0;
}
