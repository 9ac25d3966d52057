// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kfunc_absent: a kfunc that no kernel has, needed without a fallback.
 *
 * Shows: the control of kfunc_present. libbpf looks for the function in the types of the kernel and of its
 * modules, and refuses the object.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int kfunc_of_no_kernel(__u32 value) __ksym;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	bpf_printk("pid=%d", kfunc_of_no_kernel(bpf_get_current_pid_tgid() >> 32));
	return 0;
}
