// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sure_lookup: control. A field that is missing, read where a lookup in an array failed.
 *
 * With a constant key in range it never fails. The verifier knows that since 6.14 and no longer comes to the code
 * behind; up to then what is missing there is fatal. Error paths that tell more than the others look like this.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Renamed to __state in 5.14. */
struct task_struct___with_state {
	long state;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct event {
	__u32 pid;
	__u64 number;
	char comm[16];
};

/* Keeps the type in the BTF: events are decoded by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	__u32 first = 0;
	__u64 *count;

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	count = bpf_map_lookup_elem(&counts, &first);
	if (count)
		e->number = ++*count;
	else
		e->number = BPF_CORE_READ((struct task_struct___with_state *)bpf_get_current_task(), state);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
