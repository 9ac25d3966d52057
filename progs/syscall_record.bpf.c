// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * syscall_record: control. A relocation that is resolved, and leads astray.
 *
 * Reads the arguments of a system call through trace_event_raw_sys_enter, with CO-RE. But a program at such a
 * tracepoint is handed another struct, in which they lie at 16 on every kernel. Where PREEMPT_RT makes the record's
 * head longer, the relocation follows the record, and the program reads the second argument in place of the first.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u64 pid;
	char filename[64];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int on_execve(struct trace_event_raw_sys_enter *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(e->filename, sizeof(e->filename), (const char *)ctx->args[0]);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
