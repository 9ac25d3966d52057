// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sched_ext: a scheduler of its own, which reports the harness's tasks as they begin to run.
 *
 * Shows: a struct that the kernel schedules by once it is registered (6.12 and later, where the configuration has it).
 * What it leaves out the kernel does as usual. The struct is defined here with what is used of it and no more.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct sched_ext_ops {
	void (*running)(struct task_struct *p);
	char name[128];
};

struct event {
	__u32 pid;
	__u32 tgid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("struct_ops/cm_running")
void BPF_PROG(cm_running, struct task_struct *p)
{
	struct event e = {.pid = p->pid, .tgid = p->tgid};

	__builtin_memcpy(e.comm, p->comm, sizeof(e.comm));
	if (e.comm[0] == 'c' && e.comm[1] == 'm' && e.comm[2] == '-')
		bpf_ringbuf_output(&events, &e, sizeof(e), 0);
}

SEC(".struct_ops.link")
struct sched_ext_ops cm_scheduler = {
        .running = (void *)cm_running,
        .name = "cm_scheduler",
};
