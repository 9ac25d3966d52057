// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* take_bpf: nobody calls bpf(2) any more, the harness neither, which asks by it how often the program ran. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_bpf")
int BPF_PROG(on_bpf, int cmd, union bpf_attr *attr, unsigned int size, int ret)
{
	return -1; /* EPERM */
}
