// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A weak variable with a type beside one without. On a kernel whose BTF lacks the first and whose symbols have it,
 * libbpf (to 1.7) takes it for found, and the kernel refuses the number 0 that stands for it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern const struct rq runqueues __ksym __weak;
extern const void init_task __ksym __weak;

SEC("raw_tp/sched_process_exec")
int on_exec(void *ctx)
{
	bpf_printk("pid=%d found=%d", (int)(bpf_get_current_pid_tgid() >> 32),
	           (&runqueues ? 1 : 0) + (&init_task ? 1 : 0));
	return 0;
}
