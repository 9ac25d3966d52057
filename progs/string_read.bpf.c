// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * string_read: the file of an exec, out of the tracepoint's own record.
 *
 * Shows: fields of a tracepoint's record relocated like any other (on PREEMPT_RT they lie 4 bytes further), and
 * bpf_core_read_str's sibling bpf_probe_read_kernel_str at the place that the record's __data_loc names.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char filename[64];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = ctx->pid;
	bpf_probe_read_kernel_str(e->filename, sizeof(e->filename), (char *)ctx + (__u16)ctx->__data_loc_filename);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
