// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* percpu_entries: a per-CPU hash map by process, and a per-CPU array with the last one of each processor. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct exec_info {
	char comm[16];
	__u32 ppid;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct exec_info);
} execs SEC(".maps");

struct last {
	__u32 pid, uid;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct last);
} last SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct exec_info info = {};
	__u32 pid = bpf_get_current_pid_tgid() >> 32, first = 0;
	struct last *here = bpf_map_lookup_elem(&last, &first);

	BPF_CORE_READ_INTO(&info.comm, task, comm);
	info.ppid = BPF_CORE_READ(task, real_parent, tgid);
	bpf_map_update_elem(&execs, &pid, &info, BPF_ANY);
	if (!here)
		return 0;
	here->pid = pid;
	here->uid = (__u32)bpf_get_current_uid_gid();
	return 0;
}
