// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_helper: control. A call of a helper that no kernel has.
 *
 * Helpers are numbers. One that is newer than the kernel is refused by the verifier; enum_value shows how to ask first.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static long (*helper_of_no_kernel)(void) = (void *)9999;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	bpf_printk("pid=%d", (int)helper_of_no_kernel());
	return 0;
}
