// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * enum_value: numbers that the kernel's enums decide.
 *
 * Shows: bpf_core_enum_value_exists to ask for a helper before it is called (bpf_get_current_task_btf came with 5.11;
 * without the test its call would be refused before), and bpf_core_enum_value for an index that this kernel's enum
 * gives: PIDTYPE_TGID into the ids of a process.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 tgid;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline struct task_struct *task_current(void)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = task_current();
	const char *ids = (const char *)BPF_CORE_READ(task, signal) + bpf_core_field_offset(struct signal_struct, pids);
	struct pid *process = NULL;
	struct event *e;

	bpf_probe_read_kernel(&process, sizeof(process),
	                      ids + bpf_core_enum_value(enum pid_type, PIDTYPE_TGID) * sizeof(process));
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(task, pid);
	e->tgid = BPF_CORE_READ(process, numbers[0].nr);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
