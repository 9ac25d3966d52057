// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ring_or_perf: events through a ring buffer, or through a perf buffer where there are none (before 5.8).
 *
 * Shows: the test for the map type at load time, both ways out of the kernel in one object, and libbpf's part: it
 * turns the map `events` into a perf buffer where ring buffers are unknown (perfbuf_fallback in the ini).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* ring_or_perf_forced sets it, to take the way of an old kernel on a new one. */
const volatile bool never_ring = false;

struct event {
	__u32 pid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline bool ring_is_known(void)
{
	return !never_ring && bpf_core_enum_value_exists(enum bpf_map_type, BPF_MAP_TYPE_RINGBUF);
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event e = {};

	e.pid = BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_STR_INTO(&e.comm, task, comm);
	if (ring_is_known())
		bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	else
		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &e, sizeof(e));
	return 0;
}
