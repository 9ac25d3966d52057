// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * kernfs_parent: reads kernfs_node.parent without a guard, which became __parent in 6.15: what `bisect` is to find.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	__u32 tgid;
	__u64 parent;
};
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct kernfs_node___before_6_15 {
	struct kernfs_node___before_6_15 *parent;
} __attribute__((preserve_access_index));

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	struct kernfs_node___before_6_15 *kn = (void *)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->tgid = bpf_get_current_pid_tgid() >> 32;
	e->parent = (__u64)BPF_CORE_READ(kn, parent);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
