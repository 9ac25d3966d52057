// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_sleepable: every task there is, with the first byte of its arguments out of its own memory.
 *
 * Shows: an iterator that may sleep (iter.s), and so read the memory of other tasks (5.18 and later).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter.s/task")
int on_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	char first;

	if (!task || !task->mm || bpf_copy_from_user_task(&first, 1, (void *)task->mm->arg_start, task, 0) || !first)
		return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "pid=%d ppid=%d comm=%s\n", task->tgid, task->real_parent->tgid, task->comm);
	return 0;
}
