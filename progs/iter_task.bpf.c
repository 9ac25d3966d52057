// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_task: every task there is, as lines of text.
 *
 * Shows: an iterator. It runs when somebody reads it and not when something happens, so what it says is true of the
 * moment of reading: the harness reads it while each process that it started holds still.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/task")
int on_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "pid=%d tgid=%d ppid=%d uid=%u comm=%s\n", task->pid, task->tgid,
	               task->real_parent->tgid, task->real_cred->uid.val, task->comm);
	return 0;
}
