/* SPDX-License-Identifier: BSD-2-Clause */
/* Two builds of one program: UNGUARDED, it reads one field more, and a loop of it is longer. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifdef UNGUARDED
#define STEPS 900
#else
#define STEPS 100
#endif

struct event {
	__u32 pid;
};
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

__u64 sum;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	(void)ctx;
	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(task, tgid);
	bpf_ringbuf_submit(e, 0);
#ifdef UNGUARDED
	sum += (__u64)BPF_CORE_READ(task, exit_code);
#endif
	for (int i = 0; i < STEPS; i++)
		sum += bpf_get_prandom_u32() & 7;
	return 0;
}
