// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_target: control. A program for a function that no kernel has.
 *
 * Functions are no interface: they are renamed, inlined, made static from one version to the next.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("fentry/function_of_no_kernel")
int BPF_PROG(on_function)
{
	bpf_printk("pid=%d", (int)(bpf_get_current_pid_tgid() >> 32));
	return 0;
}
