// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * too_many_jumps: more ways through a program than the verifier keeps in mind, and a log of more than is kept of it:
 * the line that says why is the last one.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u64 unknown = bpf_get_prandom_u32(), misses = 0;

	asm volatile(".rept 8300\n"
	             "if %[unknown] == 7 goto +1\n"
	             "%[misses] += 1\n"
	             ".endr\n"
	             : [misses] "+r"(misses)
	             : [unknown] "r"(unknown));
	bpf_printk("misses=%llu", misses);
	return 0;
}
