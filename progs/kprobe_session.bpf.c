// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kprobe_session: who executes, by one program for both ends of a function.
 *
 * Shows: a session (6.10 and later): what the program leaves in its cookie as the function is entered is there when it
 * returns. And kfuncs that got an argument later, in both forms.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "session.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("kprobe.session/security_bprm_check")
int on_check(struct pt_regs *ctx)
{
	__u64 *cookie = cookie_of(ctx);

	if (is_return(ctx))
		bpf_printk("pid=%d", *cookie);
	else
		*cookie = bpf_get_current_pid_tgid() >> 32;
	return 0; /* at the entry: run at the return, too */
}
