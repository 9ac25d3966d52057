// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_kprobe: control. A kprobe on a function that no kernel has.
 *
 * Unlike fentry this loads; the mistake shows when the program is attached.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("kprobe/function_of_no_kernel")
int BPF_KPROBE(on_function)
{
	bpf_printk("pid=%d", (int)(bpf_get_current_pid_tgid() >> 32));
	return 0;
}
