/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * verified: a program of a few lines that the verifier follows for STEPS rounds, since no round's state is like
 * another's. With KEPT it keeps 60 unknown values all the while: each of its states takes 10 KB of the kernel's memory.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 sum;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
#ifdef KEPT
	volatile __u64 kept[60];

	for (int i = 0; i < 60; i++)
		kept[i] = bpf_get_prandom_u32();
	for (int i = 0; i < STEPS; i++) {
		kept[3] += i;
		/* a state is kept after so many jumps, too */
		asm volatile(".rept 20\n"
		             "goto +0\n"
		             ".endr\n");
		sum += kept[3];
	}
#else
	for (int i = 0; i < STEPS; i++)
		sum += bpf_get_prandom_u32() & 7;
#endif
	return 0;
}
