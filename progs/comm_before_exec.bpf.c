// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * comm_before_exec: control. The name of a task taken before its exec, and reported after it.
 *
 * The entry of execve is a good place to read the arguments, and a bad one to read the name: it is still that of the
 * image which is about to go. The ini says that the events speak of the time after the exec.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct event);
} running SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int on_execve(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	BPF_CORE_READ_STR_INTO(&e.comm, task, comm);
	bpf_map_update_elem(&running, &e.pid, &e, BPF_ANY);
	return 0;
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *e = bpf_map_lookup_elem(&running, &pid);

	if (!e)
		return 0;
	bpf_ringbuf_output(&events, e, sizeof(*e), 0);
	bpf_map_delete_elem(&running, &pid);
	return 0;
}
