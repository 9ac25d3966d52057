// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* queue_entries: hands over through a queue who executed a file, and through a stack whose child that is. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct name {
	__u32 pid;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 256);
	__type(value, struct name);
} names SEC(".maps");

struct family {
	__u32 pid, ppid;
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 256);
	__type(value, struct family);
} families SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct name name = {.pid = bpf_get_current_pid_tgid() >> 32};
	struct family family = {.pid = name.pid, .ppid = BPF_CORE_READ(task, real_parent, tgid)};

	BPF_CORE_READ_INTO(&name.comm, task, comm);
	bpf_map_push_elem(&names, &name, BPF_EXIST);
	bpf_map_push_elem(&families, &family, BPF_EXIST);
	return 0;
}
