// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* take_io: nobody reads or writes anything any more: no file, no pipe, the harness's own neither. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_file_permission")
int BPF_PROG(on_permission, struct file *file, int mask, int ret)
{
	return -1; /* EPERM */
}
