// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kernfs_parent: the cgroup above the one that a task moves into.
 *
 * Shows: a member that got another name: kernfs_node.parent is __parent since 6.15. The cgroup itself knows its parent
 * by another way, which tells whether this one is right.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

struct kernfs_node___since_6_15 {
	struct kernfs_node *__parent;
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__u64 dst_id;
	__u64 above;
	__u64 above_expected;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline struct kernfs_node *node_above(const void *node)
{
	const struct kernfs_node___since_6_15 *newer = node;
	const struct kernfs_node___before_6_15 *older = node;

	if (bpf_core_field_exists(newer->__parent))
		return BPF_CORE_READ(newer, __parent);
	return BPF_CORE_READ(older, parent);
}

/* TP_PROTO(struct cgroup *dst_cgrp, const char *path, struct task_struct *task, bool threadgroup) */
SEC("raw_tp/cgroup_attach_task")
int on_attach(struct bpf_raw_tracepoint_args *ctx)
{
	struct cgroup *to = (struct cgroup *)ctx->args[0];
	struct task_struct *task = (struct task_struct *)ctx->args[2];
	struct kernfs_node *node;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(task, tgid);
	e->dst_id = BPF_CORE_READ(to, kn, id);
	node = node_above(BPF_CORE_READ(to, kn));
	e->above = BPF_CORE_READ(node, id);
	e->above_expected = BPF_CORE_READ(to, self.parent, cgroup, kn, id);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
