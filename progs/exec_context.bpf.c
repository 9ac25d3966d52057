// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exec_context: where a process stands: its namespaces, its cgroup, its session, its capabilities.
 *
 * Shows: chains over up to five structs; an element of an array at the end of a chain (pids[PIDTYPE_SID], numbers[0]),
 * with an enumerator that is a relocation itself; a struct read as bytes because its members changed and its size did
 * not (kernel_cap_t, 6.3); and a second witness by helper where there is one. The numbers of namespaces are those that
 * `ls -l /proc/PID/ns` prints; a cgroup's id is the inode number of its directory.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u64 cgroup_id;
	__u64 cgroup_id_helper;
	__u64 cap_effective;
	__u32 pid;
	__u32 pgid;
	__u32 sid;
	__u32 mnt_ns;
	__u32 pid_ns;
	__u32 net_ns;
	__u32 uts_ns;
	__u32 ipc_ns;
	__u32 user_ns;
	__u32 cgroup_ns;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline __u32 signal_pid(struct task_struct *task, int type)
{
	return BPF_CORE_READ(task, signal, pids[type], numbers[0].nr);
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct nsproxy *ns = BPF_CORE_READ(task, nsproxy);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->pgid = signal_pid(task, bpf_core_enum_value(enum pid_type, PIDTYPE_PGID));
	e->sid = signal_pid(task, bpf_core_enum_value(enum pid_type, PIDTYPE_SID));
	e->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	e->cgroup_id_helper = bpf_get_current_cgroup_id();
	e->cap_effective = 0;
	bpf_core_read(&e->cap_effective, sizeof(e->cap_effective), &cred->cap_effective);
	e->mnt_ns = BPF_CORE_READ(ns, mnt_ns, ns.inum);
	e->pid_ns = BPF_CORE_READ(task, thread_pid, numbers[0].ns, ns.inum);
	e->net_ns = BPF_CORE_READ(ns, net_ns, ns.inum);
	e->uts_ns = BPF_CORE_READ(ns, uts_ns, ns.inum);
	e->ipc_ns = BPF_CORE_READ(ns, ipc_ns, ns.inum);
	e->cgroup_ns = BPF_CORE_READ(ns, cgroup_ns, ns.inum);
	e->user_ns = BPF_CORE_READ(cred, user_ns, ns.inum);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
