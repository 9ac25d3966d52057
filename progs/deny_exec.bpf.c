// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * deny_exec: an object that enforces: one user executes nothing. By the result of the security modules as a whole
 * (fmod_ret), which every kernel asks for, also one on which none of its own may be a BPF program.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define REFUSED_UID 4242
#define EPERM 1

SEC("fmod_ret/security_bprm_check")
int BPF_PROG(on_check, struct linux_binprm *bprm, int ret)
{
	return (__u32)bpf_get_current_uid_gid() == REFUSED_UID ? -EPERM : ret;
}
