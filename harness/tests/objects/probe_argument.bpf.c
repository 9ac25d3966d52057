// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A probe whose argument has moved: vfs_unlink() has one more in front since 5.12. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char filename[32];
};

const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("kprobe/vfs_unlink")
int BPF_KPROBE(on_unlink, struct inode *dir, struct dentry *dentry)
{
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	bpf_probe_read_kernel_str(e.filename, sizeof(e.filename), name);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
