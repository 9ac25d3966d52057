// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lsm_sleepable: an exec as a security module sees it that may sleep.
 *
 * Shows: lsm.s, at one of the hooks that the kernel lets programs sleep at, which became more.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("lsm.s/bprm_check_security")
int BPF_PROG(on_check, struct linux_binprm *bprm, int result)
{
	bpf_printk("pid=%d uid=%d", bpf_get_current_pid_tgid() >> 32, (__u32)bpf_get_current_uid_gid());
	return result;
}
