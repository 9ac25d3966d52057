// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* lru_entries: a parent's id by process, in an LRU hash: neither key nor value is a struct. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} parents SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 pid = bpf_get_current_pid_tgid() >> 32, parent = BPF_CORE_READ(task, real_parent, tgid);

	bpf_map_update_elem(&parents, &pid, &parent, BPF_ANY);
	return 0;
}
