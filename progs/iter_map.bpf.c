// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_map: what a map holds, printed by an iterator over its elements.
 *
 * Shows: an iterator that belongs to a map, which is one of its object's; another program fills it.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u32);
} parents SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	__u32 pid = task->tgid, ppid = BPF_CORE_READ(task, real_parent, tgid);

	bpf_map_update_elem(&parents, &pid, &ppid, BPF_ANY);
	return 0;
}

SEC("iter/bpf_map_elem")
int on_element(struct bpf_iter__bpf_map_elem *ctx)
{
	__u32 *pid = ctx->key, *ppid = ctx->value;

	if (pid && ppid)
		BPF_SEQ_PRINTF(ctx->meta->seq, "pid=%d ppid=%d\n", *pid, *ppid);
	return 0;
}
