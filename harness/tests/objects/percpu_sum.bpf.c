// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * percpu_sum: counts execs by processor, and hands over their sum. Compiled with UNGUARDED it takes the count of the
 * processor that it runs on for all of them.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define PROCESSORS 4

struct event {
	__u32 pid;
	__u32 execs, execs_expected;
};

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROCESSORS);
	__type(key, __u32);
	__type(value, __u32);
} counts SEC(".maps");

__u32 all_execs;

static __u32 count_of(__u32 processor)
{
	__u32 *count = bpf_map_lookup_elem(&counts, &processor);

	return count ? *count : 0;
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 here = bpf_get_smp_processor_id(), *count = bpf_map_lookup_elem(&counts, &here);
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	if (count)
		__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&all_execs, 1, __ATOMIC_RELAXED);
	e.execs_expected = all_execs;
#ifdef UNGUARDED
	e.execs = count_of(here);
#else
#pragma unroll
	for (int i = 0; i < PROCESSORS; i++)
		e.execs += count_of(i);
#endif
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
