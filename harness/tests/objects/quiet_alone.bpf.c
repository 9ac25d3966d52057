// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Has a buffer for events, and no program that puts any there. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
};

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("fentry/vfs_open")
int BPF_PROG(on_open, const struct path *path, struct file *file)
{
	return bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) ? 0 : 0;
}
