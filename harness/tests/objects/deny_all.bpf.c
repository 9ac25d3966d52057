// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * deny_all: refuses to open any file and to execute any program, the harness's own included. Compiled with UNGUARDED it
 * refuses nothing, which its rules have to notice.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#ifdef UNGUARDED
#define ANSWER 0
#else
#define ANSWER -1 /* EPERM */
#endif

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file)
{
	return ANSWER;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(on_exec, struct linux_binprm *bprm)
{
	return ANSWER;
}
