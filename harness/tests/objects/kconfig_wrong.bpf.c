// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kconfig_wrong: says that an option is what it is not. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int CONFIG_HZ __kconfig;

struct event {
	__u32 pid;
	__u32 config_hz;
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
	e->config_hz = CONFIG_HZ + 1;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
