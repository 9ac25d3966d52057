// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * deny_nothing: control. It is to let one user execute nothing, loads and runs everywhere, and denies nothing: it
 * compares the user with a word that holds the group in its upper half.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define REFUSED_UID 4242
#define EPERM 1

SEC("lsm/bprm_check_security")
int BPF_PROG(on_check, struct linux_binprm *bprm)
{
	return bpf_get_current_uid_gid() == REFUSED_UID ? -EPERM : 0;
}
