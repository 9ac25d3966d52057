// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kprobe_multi: who executes, by probes that could be on many functions.
 *
 * Shows: kprobe.multi and kretprobe.multi, links to every function that a pattern names (5.18 and later, where the
 * configuration has CONFIG_FPROBE). Here it names one: with a wildcard libbpf reads the tables of all functions, which
 * took half a second a program on every kernel. Both run before the new image is in place, so there is no name to be
 * told yet.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("kprobe.multi/security_bprm_check")
int BPF_KPROBE(on_check, struct linux_binprm *bprm)
{
	bpf_printk("pid=%d", bpf_get_current_pid_tgid() >> 32);
	return 0;
}

SEC("kretprobe.multi/security_bprm_check")
int BPF_KRETPROBE(on_checked, int result)
{
	if (!result)
		bpf_printk("pid=%d uid=%d", bpf_get_current_pid_tgid() >> 32, (__u32)bpf_get_current_uid_gid());
	return 0;
}
