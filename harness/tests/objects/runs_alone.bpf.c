// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * runs_alone: hands over nothing. Two programs run at each exec, one of them on a function of which the harness knows
 * nothing; the third is attached to what nobody does.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	return 0;
}

SEC("tp/syscalls/sys_enter_getcpu")
int on_getcpu(void *ctx)
{
	return 0;
}

SEC("kprobe/begin_new_exec")
int on_unknown(void *ctx)
{
	return 0;
}
