// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * uprobe_multi: a function's arguments and results, by links that could be to many functions.
 *
 * Shows: uprobe.multi and uretprobe.multi, which came with 6.6, each also as a program that may sleep.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int entered(struct pt_regs *ctx)
{
	bpf_printk("pid=%d arg1=%d arg2=%d", bpf_get_current_pid_tgid() >> 32, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx));
	return 0;
}

static __always_inline int returned(struct pt_regs *ctx)
{
	bpf_printk("pid=%d ret=%d", bpf_get_current_pid_tgid() >> 32, PT_REGS_RC(ctx));
	return 0;
}

SEC("uprobe.multi")
int on_call(struct pt_regs *ctx)
{
	return entered(ctx);
}

SEC("uprobe.multi.s")
int on_call_may_sleep(struct pt_regs *ctx)
{
	return entered(ctx);
}

SEC("uretprobe.multi")
int on_return(struct pt_regs *ctx)
{
	return returned(ctx);
}

SEC("uretprobe.multi.s")
int on_return_may_sleep(struct pt_regs *ctx)
{
	return returned(ctx);
}
