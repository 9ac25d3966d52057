// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * cgroup_attach: who moves into which cgroup.
 *
 * Shows: a field whose type changed (kernfs_node.id, a union until 5.5) behind a name that stayed; a string that the
 * tracepoint brings along.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u64 dst_id;
	__u32 pid;
	__s32 level;
	char cgroup_name[32];
	char cgroup_path[64];
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("raw_tp/cgroup_attach_task")
int on_attach(struct bpf_raw_tracepoint_args *ctx)
{
	struct cgroup *to = (struct cgroup *)ctx->args[0];
	struct task_struct *task = (struct task_struct *)ctx->args[2];
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->pid = BPF_CORE_READ(task, tgid);
	e->dst_id = BPF_CORE_READ(to, kn, id);
	e->level = BPF_CORE_READ(to, level);
	bpf_probe_read_kernel_str(e->cgroup_name, sizeof(e->cgroup_name), BPF_CORE_READ(to, kn, name));
	bpf_probe_read_kernel_str(e->cgroup_path, sizeof(e->cgroup_path), (void *)ctx->args[1]);
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
