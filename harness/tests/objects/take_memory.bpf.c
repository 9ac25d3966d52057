// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* take_memory: nobody gets any memory of his own any more: no larger heap, no new process. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_vm_enough_memory_mm")
int BPF_PROG(on_memory, struct mm_struct *mm, long pages, int ret)
{
	return -12; /* ENOMEM */
}
