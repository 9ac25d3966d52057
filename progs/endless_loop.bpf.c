// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * endless_loop: control. A loop that never ends.
 *
 * Loops are accepted since 5.3 when the verifier can see their end. It sees here that there is none: the state at the
 * head of the loop is the same again.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	for (;;)
		bpf_printk("pid=%d", 1);
	return 0;
}
