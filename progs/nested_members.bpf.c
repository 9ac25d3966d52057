// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * nested_members: elements of arrays, members of anonymous structs and unions.
 *
 * Shows: one access path for members that move in and out of anonymous members. qstr.len sits in a struct in a union;
 * file.f_path and dentry.d_name became members of unions in 6.16; pid.numbers went from an array of one to one without
 * a size. The length that the kernel keeps must be that of the name it keeps.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 uid;
	__u32 name_length;
	__u32 name_length_expected;
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
	struct dentry *dentry = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	char name[32];

	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(task, thread_pid, numbers[0].nr);
	e->uid = BPF_CORE_READ(task, real_cred, uid.val);
	e->name_length = BPF_CORE_READ(dentry, d_name.len);
	e->name_length_expected = bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name)) - 1;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
