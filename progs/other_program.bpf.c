// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * other_program: an object that rewrites: where one user executes a file, the kernel finds another path in the caller's
 * memory, the init's.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define SENT_UID 4242

/* What a program at a system call's tracepoint is given, the same on all kernels: no trace_event_raw_sys_enter. */
struct entry {
	__u64 common;
	__u64 number;
	char *path;
};

SEC("tp/syscalls/sys_enter_execve")
int on_execve(struct entry *ctx)
{
	char path[] = {'/', 'i', 'n', 'i', 't', 0};

	if ((__u32)bpf_get_current_uid_gid() == SENT_UID)
		bpf_probe_write_user(ctx->path, path, sizeof(path));
	return 0;
}
