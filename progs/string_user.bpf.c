// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * string_user: the file that a task asks to exec, out of its own memory.
 *
 * Shows: bpf_probe_read_user_str; the argument of a system call is an address of the caller's, which the kernel's
 * reader would refuse. And a layout that is not in BTF: what a program gets at a system call's tracepoint is
 * struct syscall_tp_t (kernel/trace/trace.h) and not the record that trace_event_raw_sys_enter describes; see
 * syscall_record. It does not move.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A pointer, the number of the call, its arguments: each 8 bytes. */
struct syscall_enter {
	__u64 reserved, number, args[6];
};

struct event {
	__u64 pid;
	char filename[64];
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int on_execve(struct syscall_enter *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(e->filename, sizeof(e->filename), (const char *)ctx->args[0]);
	bpf_core_read_str(e->comm, sizeof(e->comm), &task->comm);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
