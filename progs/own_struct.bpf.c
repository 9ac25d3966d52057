// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * own_struct: no vmlinux.h, nor any other header of the kernel's. The program declares what it needs of the kernel's
 * types, and nothing else.
 *
 * Shows: __attribute__((preserve_access_index)) on structs of its own. Names decide; order, gaps and all the members
 * that are left out do not matter.
 */
typedef signed int __s32;
typedef signed long long __s64;
typedef unsigned char __u8;
typedef unsigned short __u16, __be16;
typedef unsigned int __u32, __be32, __wsum;
typedef unsigned long long __u64;

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* include/uapi/linux/bpf.h */
#define BPF_MAP_TYPE_RINGBUF 27

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct task_struct {
	char comm[16];
	struct task_struct *real_parent;
	__s32 tgid;
	__s32 pid;
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__u32 tgid;
	__u32 ppid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(task, pid);
	e->tgid = BPF_CORE_READ(task, tgid);
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
