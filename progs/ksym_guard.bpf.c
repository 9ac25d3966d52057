// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ksym_guard: control. The address of a weak kernel variable is tested, and then a field of it is read that was
 * renamed.
 *
 * `&runqueues` is 0 only on kernels whose types do not have the variable; it says nothing of its fields. Where the
 * variable is there and cfs_rq.nr_running is not (nr_queued since 6.14), the load fails.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct cfs_rq___with_nr_running {
	unsigned int nr_running;
} __attribute__((preserve_access_index));

struct rq___with_cfs {
	struct cfs_rq___with_nr_running cfs;
} __attribute__((preserve_access_index));

extern const struct rq___with_cfs runqueues __ksym __weak;

struct event {
	__u32 pid;
	__u32 seen; /* whether the variable was there */
	__u32 waiting;
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

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	e->seen = e->waiting = 0;
	if (&runqueues) {
		const struct rq___with_cfs *rq = bpf_per_cpu_ptr(&runqueues, 0);

		e->seen = 1;
		if (rq)
			e->waiting = rq->cfs.nr_running;
	}
	bpf_ringbuf_submit(e, 0);
	return 0;
}
