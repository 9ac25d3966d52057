// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * missing_type: control. An unguarded read through a type that no kernel has.
 *
 * There is no candidate to search, so nothing can be relocated, and the load must fail with the type's name.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct struct_of_no_kernel {
	int pid;
} __attribute__((preserve_access_index));

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct struct_of_no_kernel *task = (void *)bpf_get_current_task();

	bpf_printk("pid=%d", BPF_CORE_READ(task, pid));
	return 0;
}
