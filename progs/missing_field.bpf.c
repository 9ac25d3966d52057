// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_field: control. An unguarded read of a field that no kernel has.
 *
 * The relocation finds no target and libbpf replaces the instruction by an invalid one. No bpf_core_field_exists
 * keeps the verifier away from it, so the load must fail, and the report must name the field.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct task_struct___x {
	int pid_of_no_kernel;
} __attribute__((preserve_access_index));

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct___x *task = (void *)bpf_get_current_task();
	int pid = BPF_CORE_READ(task, pid_of_no_kernel);

	bpf_printk("pid=%d", pid);
	return 0;
}
