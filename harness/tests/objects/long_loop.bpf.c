/* SPDX-License-Identifier: BSD-2-Clause */
/* A loop that the verifier follows step by step; UNGUARDED, its bound is raised tenfold. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifdef UNGUARDED
#define STEPS 9000
#else
#define STEPS 900
#endif

__u64 sum;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	(void)ctx;
	for (int i = 0; i < STEPS; i++)
		sum += bpf_get_prandom_u32() & 7;
	return 0;
}
