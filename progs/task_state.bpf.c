// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * task_state: the state of a task, whatever the kernel calls the field.
 *
 * Shows: flavours and existence tests. 5.14 renamed task_struct.state (long) to __state (unsigned int). Two local
 * definitions, told apart by what follows `___` (which libbpf drops before it searches), describe both; the test
 * becomes a constant at load time, and the verifier never reaches the branch that does not fit this kernel. One of
 * both tests answers 0 on every kernel, which is why this object is never more than `degraded`.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct task_struct___before_5_14 {
	volatile long state;
} __attribute__((preserve_access_index));

struct task_struct___since_5_14 {
	unsigned int __state;
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__s64 state; /* 0: running, as every task is while it runs this program; -1: no field known */
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline __s64 task_state(const void *task)
{
	const struct task_struct___since_5_14 *newer = task;
	const struct task_struct___before_5_14 *older = task;

	if (bpf_core_field_exists(newer->__state))
		return BPF_CORE_READ(newer, __state);
	if (bpf_core_field_exists(older->state))
		return BPF_CORE_READ(older, state);
	return -1;
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->state = task_state((void *)bpf_get_current_task());
	bpf_ringbuf_submit(e, 0);
	return 0;
}
