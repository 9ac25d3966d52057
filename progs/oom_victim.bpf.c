// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * oom_victim: who is ended when memory runs out.
 *
 * Shows: a hook that runs when something is about to go wrong. The harness makes it happen, in a cgroup of its own.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 target_pid;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("kprobe/oom_kill_process")
int BPF_KPROBE(on_kill, struct oom_control *control)
{
	struct event e = {.target_pid = BPF_CORE_READ(control, chosen, tgid)};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
