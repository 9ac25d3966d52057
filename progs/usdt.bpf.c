// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usdt: a place in a program that its author marked, with arguments.
 *
 * Shows: a section that names nothing: the probe is put on the mark that subjects pass.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__s32 arg1;
	__s32 arg2;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("usdt")
int BPF_USDT(on_mark, long first, long second)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32, .arg1 = first, .arg2 = second};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
