// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* learn_map: a map whose key and value have no names at all: what they are has to be learnt. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__uint(key_size, 4);
	__uint(value_size, 24);
} seen SEC(".maps");

SEC("kprobe/begin_new_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 key = bpf_get_current_pid_tgid() >> 32;
	struct {
		__u64 parent;
		char name[16];
	} value = {};

	value.parent = BPF_CORE_READ(task, real_parent, tgid);
	BPF_CORE_READ_STR_INTO(&value.name, task, comm);
	bpf_map_update_elem(&seen, &key, &value, BPF_ANY);
	return 0;
}
