// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * mount_point: what is mounted where, and in which mount namespace.
 *
 * Shows: strings of the user's memory beside strings of the kernel's; a chain over four structs to the number of a
 * namespace, which is what `ls -l /proc/PID/ns` prints.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 mnt_ns;
	__u32 pid_ns;
	__u64 flags;
	char source[32];
	char target[128];
	char fstype[16];
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("ksyscall/mount")
int BPF_KSYSCALL(on_mount, const char *source, const char *target, const char *fstype, unsigned long flags)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->mnt_ns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	e->pid_ns = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum);
	e->flags = flags;
	bpf_probe_read_user_str(e->source, sizeof(e->source), source);
	bpf_probe_read_user_str(e->target, sizeof(e->target), target);
	bpf_probe_read_user_str(e->fstype, sizeof(e->fstype), fstype);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
