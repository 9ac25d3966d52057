// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * function_session: an exec as it is checked, by one program for both ends of a function.
 *
 * Shows: fsession (7.0 and later): typed arguments at the entry, and the result too at the return.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "session.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("fsession/security_bprm_check")
int BPF_PROG(on_check, struct linux_binprm *bprm, int result)
{
	__u64 *cookie = cookie_of(ctx);

	if (!is_return(ctx))
		*cookie = bpf_get_current_pid_tgid() >> 32;
	else if (!result)
		bpf_printk("pid=%d", *cookie);
	return 0;
}

/* At a function that a program may sleep at. */
SEC("fsession.s/bpf_fentry_test1")
int BPF_PROG(on_test, int argument, int result)
{
	__u64 *cookie = cookie_of(ctx);

	if (!is_return(ctx))
		*cookie = argument;
	else
		bpf_printk("pid=%d arg1=%d ret=%d", bpf_get_current_pid_tgid() >> 32, *cookie, result);
	return 0;
}
