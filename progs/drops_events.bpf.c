// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * drops_events: control. More records than the ring buffer holds.
 *
 * Space is reserved for every candidate before it is known whether it is wanted, and what is not is discarded. Even
 * discarded records take up space until the reader has passed them; in a burst of them there is none left for the one
 * that matters. bpf_ringbuf_reserve returns NULL, the program ends early, and nobody counts.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define BURST 32

struct event {
	__u32 pid;
	char comm[16];
	char arguments[256];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e;

	for (int i = 0; i < BURST; i++) {
		e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
		if (!e)
			break;
		bpf_ringbuf_discard(e, 0);
	}
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	BPF_CORE_READ_STR_INTO(&e->comm, task, comm);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
