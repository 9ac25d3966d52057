// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* garble_reads: whatever anybody reads, of files and pipes, begins with another byte. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/vfs_read")
int BPF_PROG(on_read, struct file *file, char *buffer, size_t size, loff_t *at, long ret)
{
	char other = 'x';

	if (ret > 0)
		bpf_probe_write_user(buffer, &other, sizeof(other));
	return 0;
}
