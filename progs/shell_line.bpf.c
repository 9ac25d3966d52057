// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * shell_line: what a shell reads.
 *
 * Shows: a probe at the end of a function of a program that comes into the guest, and is run there.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char comm[16];
	char line[64];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("uretprobe//bin/bash:readline")
int BPF_KRETPROBE(on_line, const char *line)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	if (!line)
		return 0;
	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_probe_read_user_str(e.line, sizeof(e.line), line);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
