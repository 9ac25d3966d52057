// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * uprobe_session: a call with its argument and its result, by one program for both ends of the function.
 *
 * Shows: a session in user space (6.13 and later), also of a program that may sleep.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "session.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int either_end(struct pt_regs *ctx)
{
	__u64 *cookie = cookie_of(ctx);

	if (is_return(ctx)) {
		bpf_printk("pid=%d arg1=%d ret=%d", bpf_get_current_pid_tgid() >> 32, *cookie, PT_REGS_RC(ctx));
		return 0;
	}
	*cookie = PT_REGS_PARM1(ctx);
	bpf_printk("pid=%d arg2=%d", bpf_get_current_pid_tgid() >> 32, PT_REGS_PARM2(ctx));
	return 0; /* run at the return, too */
}

SEC("uprobe.session")
int on_call(struct pt_regs *ctx)
{
	return either_end(ctx);
}

SEC("uprobe.session.s")
int on_call_may_sleep(struct pt_regs *ctx)
{
	return either_end(ctx);
}
