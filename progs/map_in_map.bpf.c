// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* map_in_map: puts what it saw into a hash map that is an element of an array of maps, which its loader fills. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct exec_info {
	char comm[16];
	__u32 ppid;
};

/* The compiler takes a type that only a map within a map has for an incomplete one. */
const struct exec_info *unused_info __attribute__((unused));

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct exec_info);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} execs SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 pid = bpf_get_current_pid_tgid() >> 32, slot = pid & 1;
	void *inner = bpf_map_lookup_elem(&execs, &slot);
	struct exec_info info = {};

	if (!inner)
		return 0;
	BPF_CORE_READ_INTO(&info.comm, task, comm);
	info.ppid = BPF_CORE_READ(task, real_parent, tgid);
	bpf_map_update_elem(inner, &pid, &info, BPF_ANY);
	return 0;
}
