// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * shifted_member: control. An event that is an unnamed struct, which its ini describes, and the program has moved on: a
 * member came in between, so that every reader of the old layout takes the name from a wrong place.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} out SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct {
		__u32 pid;
		__u32 cpu; /* new */
		char comm[16];
	} e = {.pid = bpf_get_current_pid_tgid() >> 32, .cpu = bpf_get_smp_processor_id()};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&out, &e, sizeof(e), 0);
	return 0;
}
