// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ext4_sync: which file is told to go to its disk.
 *
 * Shows: a function of a file system, which is built in here and a module there. The harness makes the file system, on
 * a disk in memory.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	__u64 ino;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("kprobe/ext4_sync_file")
int BPF_KPROBE(on_sync, struct file *file)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	e.ino = BPF_CORE_READ(file, f_inode, i_ino);
	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
