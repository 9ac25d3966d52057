// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* types_elsewhere: an event whose type the object's BTF lacks; its ini says which file has it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "types_file.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} out SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct exec_record r = {.when = bpf_ktime_get_ns()};

	r.task.pid = bpf_get_current_pid_tgid() >> 32;
	r.task.ppid = BPF_CORE_READ(task, real_parent, tgid);
	r.uid = (__u32)bpf_get_current_uid_gid() & 0xffff;
	BPF_CORE_READ_STR_INTO(&r.comm, task, comm);
	bpf_ringbuf_output(&out, &r, sizeof(r), 0);
	return 0;
}
