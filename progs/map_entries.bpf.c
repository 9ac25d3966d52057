// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* map_entries: hands nothing over but what it puts into a hash map: who executed a file, by process. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct exec_key {
	__u32 pid;
	__u32 uid;
};

struct exec_info {
	char comm[16];
	__u32 ppid;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct exec_key);
	__type(value, struct exec_info);
} execs SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct exec_key key = {.pid = bpf_get_current_pid_tgid() >> 32, .uid = (__u32)bpf_get_current_uid_gid()};
	struct exec_info info = {};

	BPF_CORE_READ_INTO(&info.comm, task, comm);
	info.ppid = BPF_CORE_READ(task, real_parent, tgid);
	bpf_map_update_elem(&execs, &key, &info, BPF_ANY);
	return 0;
}
