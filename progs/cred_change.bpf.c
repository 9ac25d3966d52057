// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * cred_change: users and groups before and after they change, and what is allowed then.
 *
 * Shows: two structs of one type as a function's arguments; a set of capabilities whose type changed (6.3: two words of
 * 32 bits became one of 64), read by its size so that either is right.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 old_uid;
	__u32 new_uid;
	__u32 old_gid;
	__u32 new_gid;
	__u64 cap_effective;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("kprobe/commit_creds")
int BPF_KPROBE(on_commit, struct cred *new)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *old = BPF_CORE_READ(task, real_cred);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->old_uid = BPF_CORE_READ(old, uid.val);
	e->new_uid = BPF_CORE_READ(new, uid.val);
	e->old_gid = BPF_CORE_READ(old, gid.val);
	e->new_gid = BPF_CORE_READ(new, gid.val);
	bpf_core_read(&e->cap_effective, sizeof(e->cap_effective), &new->cap_effective);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
