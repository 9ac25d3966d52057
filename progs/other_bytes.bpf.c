// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * other_bytes: an object that hides: what one user reads of a file is not what is in it. Where the bytes go is noted
 * when the call begins, and they are changed when it ends.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define FOOLED_UID 4242

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, char *);
} buffers SEC(".maps");

/* What a program at a system call's tracepoint is given, the same on all kernels. */
struct entry {
	__u64 common;
	__u64 number;
	__u64 fd;
	char *buffer;
};

struct end {
	__u64 common;
	__u64 number;
	__s64 result;
};

SEC("tp/syscalls/sys_enter_pread64")
int on_begin(struct entry *ctx)
{
	__u64 task = bpf_get_current_pid_tgid();
	char *buffer = ctx->buffer;

	if ((__u32)bpf_get_current_uid_gid() == FOOLED_UID)
		bpf_map_update_elem(&buffers, &task, &buffer, BPF_ANY);
	return 0;
}

SEC("tp/syscalls/sys_exit_pread64")
int on_end(struct end *ctx)
{
	__u64 task = bpf_get_current_pid_tgid();
	char **buffer = bpf_map_lookup_elem(&buffers, &task);
	char other[] = "nothing to see";

	if (!buffer)
		return 0;
	if (ctx->result >= (__s64)sizeof(other))
		bpf_probe_write_user(*buffer, other, sizeof(other));
	bpf_map_delete_elem(&buffers, &task);
	return 0;
}
