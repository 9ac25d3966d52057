// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fixed_offset: control. The mistake that CO-RE is there to prevent.
 *
 * Reads comm without a relocation: the offset is the one of the kernel that vmlinux.h was made from. It loads and
 * attaches everywhere, and captures garbage wherever task_struct.comm lies elsewhere. If the matrix calls it a pass
 * there, the matrix is broken.
 */
#define BPF_NO_PRESERVE_ACCESS_INDEX
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char comm[16];
	char comm_helper[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* Not inlined, so that its argument's type, and with it the layout compiled for, is kept in the object's BTF. */
static __noinline long comm_read(const struct task_struct *task, char *comm)
{
	return bpf_probe_read_kernel(comm, 16, &task->comm);
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	comm_read((struct task_struct *)bpf_get_current_task(), e.comm);
	bpf_get_current_comm(e.comm_helper, sizeof(e.comm_helper));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
