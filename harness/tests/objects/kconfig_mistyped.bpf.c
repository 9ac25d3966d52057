// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kconfig_mistyped: yes or no as a number; that it is __weak does not help. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int CONFIG_BPF_SYSCALL __kconfig __weak;

struct event {
	__u32 pid;
	__u32 config_bpf_syscall;
};

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
	e->config_bpf_syscall = CONFIG_BPF_SYSCALL;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
