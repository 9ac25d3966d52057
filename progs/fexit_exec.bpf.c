// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fexit_exec: an exec as it was checked, with the result.
 *
 * Shows: fexit: typed arguments of a function and what it returns, in one program.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("fexit/security_bprm_check")
int BPF_PROG(on_checked, struct linux_binprm *bprm, int result)
{
	if (!result)
		bpf_printk("pid=%d uid=%d", bpf_get_current_pid_tgid() >> 32, BPF_CORE_READ(bprm, cred, uid.val));
	return 0;
}
