// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* perf_output: an event through a perf buffer, an unnamed struct that its ini describes. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} out SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct {
		char comm[16];
		__u64 start_time;
		__u32 pid, uid;
	} e = {.start_time = BPF_CORE_READ(task, start_boottime)};

	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.uid = (__u32)bpf_get_current_uid_gid();
	BPF_CORE_READ_STR_INTO(&e.comm, task, comm);
	bpf_perf_event_output(ctx, &out, BPF_F_CURRENT_CPU, &e, sizeof(e));
	return 0;
}
