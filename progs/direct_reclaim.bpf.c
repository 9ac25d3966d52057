// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * direct_reclaim: who has to look for memory itself.
 *
 * Shows: a tracepoint that fires only when memory is short. The harness makes it short, for a moment.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 tgid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("raw_tp/mm_vmscan_direct_reclaim_begin")
int on_reclaim(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event e = {0};

	e.pid = BPF_CORE_READ(task, pid);
	e.tgid = BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_STR_INTO(&e.comm, task, comm);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
