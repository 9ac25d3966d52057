// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ambiguous_type: control. A name that several types of the kernel bear.
 *
 * Every kernel has several unrelated structs called irq_info (PCI routing tables, the serial driver, Xen), with a
 * member irq at different places. The local type fits each of them, so no offset can be the right one.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct irq_info___any {
	int irq;
} __attribute__((preserve_access_index));

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct irq_info___any *info = (void *)bpf_get_current_task();

	bpf_printk("irq=%d", BPF_CORE_READ(info, irq));
	return 0;
}
