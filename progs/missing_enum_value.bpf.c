// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_enum_value: control. An unguarded number out of an enum that has it on no kernel.
 *
 * bpf_core_enum_value_exists would have answered 0; bpf_core_enum_value has no answer, and the load must fail.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum pid_type___x {
	PIDTYPE_OF_NO_KERNEL = 77,
};

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	bpf_printk("pid=%d", bpf_core_enum_value(enum pid_type___x, PIDTYPE_OF_NO_KERNEL));
	return 0;
}
