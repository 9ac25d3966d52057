// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One program reports execs; the other sees every open and has nothing to report: that no file's event comes is right.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
};

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	struct event e = {.pid = task->tgid};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}

long opens;

SEC("fentry/vfs_open")
int BPF_PROG(on_open, const struct path *path, struct file *file)
{
	__atomic_fetch_add(&opens, 1, __ATOMIC_RELAXED);
	return 0;
}
