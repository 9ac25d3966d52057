// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * uprobe_sleepable: a call with its arguments, its result, and a mark, seen by programs that may sleep.
 *
 * Shows: uprobe.s, uretprobe.s and usdt.s (6.0 and later), which may wait for memory that is not there.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("uprobe.s")
int BPF_KPROBE(on_call, long first, long second)
{
	bpf_printk("pid=%d arg1=%d arg2=%d", bpf_get_current_pid_tgid() >> 32, first, second);
	return 0;
}

SEC("uretprobe.s")
int BPF_KRETPROBE(on_return, long result)
{
	bpf_printk("pid=%d ret=%d", bpf_get_current_pid_tgid() >> 32, result);
	return 0;
}

SEC("usdt.s")
int BPF_USDT(on_mark, long first, long second)
{
	bpf_printk("pid=%d arg1=%d arg2=%d", bpf_get_current_pid_tgid() >> 32, first, second);
	return 0;
}
