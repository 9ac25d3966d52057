// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * signal_deliver: signals as their receiver gets them.
 *
 * Shows: a raw tracepoint's struct of the kernel (kernel_siginfo) with unions in unions, read by a chain of relocated
 * offsets. The receiver is the current task; who sent it, only the signal's own record says.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u32 target_pid;
	__u32 sender_pid;
	__u32 sig;
	__s32 si_code;
	__u32 uid;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("raw_tp/signal_deliver")
int on_signal(struct bpf_raw_tracepoint_args *ctx)
{
	struct kernel_siginfo *info = (struct kernel_siginfo *)ctx->args[1];
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->target_pid = e->pid;
	e->sig = ctx->args[0];
	e->si_code = BPF_CORE_READ(info, si_code);
	e->sender_pid = BPF_CORE_READ(info, _sifields._kill._pid);
	e->uid = (__u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
