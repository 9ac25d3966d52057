// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * function_sleepable: a function's argument and result, by programs that may sleep.
 *
 * Shows: fentry.s and fexit.s. A kernel without error injection lets programs sleep at few of its functions; one is
 * there for tests, and is called as such a program is run on demand (6.2 and later).
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("fentry.s/bpf_fentry_test1")
int BPF_PROG(on_entry, int argument)
{
	bpf_printk("pid=%d arg1=%d", bpf_get_current_pid_tgid() >> 32, argument);
	return 0;
}

SEC("fexit.s/bpf_fentry_test1")
int BPF_PROG(on_exit, int argument, int result)
{
	bpf_printk("pid=%d arg1=%d ret=%d", bpf_get_current_pid_tgid() >> 32, argument, result);
	return 0;
}
