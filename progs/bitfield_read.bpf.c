// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bitfield_read: a bit-field, wherever the kernel packs it.
 *
 * Shows: BPF_CORE_READ_BITFIELD_PROBED, which takes offset, width, shifts and sign of the field from the kernel.
 * task_struct.in_execve is one bit that is set while a task execs, so while this program runs it is 1; its place among
 * its neighbours differs from version to version.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 in_execve;
	__u32 in_execve_expected;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->in_execve = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
	e->in_execve_expected = 1;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
