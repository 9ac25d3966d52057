// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* cgroup_storage: keeps with a cgroup what was executed last in it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* BPF_MAP_TYPE_CGRP_STORAGE, of kernels newer than the one that the types are from */
#define CGRP_STORAGE 32

struct note {
	__u32 pid, ppid;
	char comm[16];
};

struct {
	__uint(type, CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct note);
} notes SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	struct note *note = bpf_cgrp_storage_get(&notes, task->cgroups->dfl_cgrp, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!note)
		return 0;
	note->pid = task->tgid;
	note->ppid = task->real_parent->tgid;
	BPF_CORE_READ_STR_INTO(&note->comm, task, comm);
	return 0;
}
