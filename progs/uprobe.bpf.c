// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * uprobe: a function's arguments and what it returns, in a program.
 *
 * Shows: sections that name neither binary nor function: the probes are put on the function that subjects call.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__s32 arg1;
	__s32 arg2;
	__s32 ret;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct event);
} entered SEC(".maps");

SEC("uprobe")
int BPF_KPROBE(on_call, long first, long second)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct event e = {.pid = id >> 32, .arg1 = first, .arg2 = second};

	bpf_map_update_elem(&entered, &id, &e, BPF_ANY);
	return 0;
}

SEC("uretprobe")
int BPF_KRETPROBE(on_return, long ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct event *e = bpf_map_lookup_elem(&entered, &id);

	if (!e)
		return 0;
	e->ret = ret;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_output(&events, e, sizeof(*e), 0);
	bpf_map_delete_elem(&entered, &id);
	return 0;
}
