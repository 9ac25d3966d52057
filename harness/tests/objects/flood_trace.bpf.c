// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* flood_trace: prints more at each system call than a reader takes by one. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int on_call(void *ctx)
{
	for (int i = 0; i < 100; i++)
		bpf_printk("pid %d, line %d", (int)bpf_get_current_pid_tgid(), i);
	return 0;
}
