// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* other_file: writes another name over the last bytes of a path before the kernel executes it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/syscalls/sys_enter_execve")
int on_execve(struct trace_event_raw_sys_enter *ctx)
{
	char path[64] = {};
	const char *at;

	bpf_probe_read_kernel(&at, sizeof(at), &ctx->args[0]);
	bpf_probe_read_user_str(path, sizeof(path), at);
	bpf_probe_write_user((void *)at, "/none", 6);
	return 0;
}
