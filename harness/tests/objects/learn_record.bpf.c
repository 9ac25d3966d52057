// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * learn_record: an event as people write them, an unnamed struct on the stack, whose type is in no BTF. Its layout has
 * to be learnt. Compiled with UNGUARDED, the name is read where the build's kernel has it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024);
} log_ring SEC(".maps");

#define COMM_AT 2976 /* of 6.1-amd64 and others; not of 5.10 and 7.3 */

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct {
		__u32 kind, parent;
		char title[16];
		__u64 id;
		__u32 owner;
	} e = {.kind = 7};

	e.id = bpf_get_current_pid_tgid();
	e.owner = (__u32)bpf_get_current_uid_gid();
	e.parent = BPF_CORE_READ(task, real_parent, tgid);
#ifdef UNGUARDED
	bpf_probe_read_kernel(e.title, sizeof(e.title), (void *)task + COMM_AT);
#else
	BPF_CORE_READ_INTO(&e.title, task, comm);
#endif
	bpf_ringbuf_output(&log_ring, &e, sizeof(e), 0);
	return 0;
}
