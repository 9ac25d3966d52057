// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * map_fixed_offset: control. A hash map by process that is filled with the name that stands where the build's kernel
 * has it, without CO-RE.
 */
#define BPF_NO_PRESERVE_ACCESS_INDEX
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct name {
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct name);
} names SEC(".maps");

/* Not inlined, so that its argument's type, and with it the layout compiled for, is kept in the object's BTF. */
static __noinline long comm_read(const struct task_struct *task, char *comm)
{
	return bpf_probe_read_kernel(comm, 16, &task->comm);
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct name name = {};

	comm_read((struct task_struct *)bpf_get_current_task(), name.comm);
	bpf_map_update_elem(&names, &pid, &name, BPF_ANY);
	return 0;
}
