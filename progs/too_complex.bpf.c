// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * too_complex: control. More than the verifier is willing to look at.
 *
 * It has several limits, and says E2BIG at each: a million instructions seen, 8192 ways put aside, 256 functions in one
 * program, calls 8 deep (16 from Linux 7.2 on). The last one is reached at once, also under emulation.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __noinline int f0(int n)
{
	asm volatile("");
	return n + 1;
}

#define CALLER(name, callee) \
	static __noinline int name(int n) \
	{ \
		asm volatile(""); \
		return callee(n) + 1; \
	}

CALLER(f1, f0)
CALLER(f2, f1)
CALLER(f3, f2)
CALLER(f4, f3)
CALLER(f5, f4)
CALLER(f6, f5)
CALLER(f7, f6)
CALLER(f8, f7)
CALLER(f9, f8)
CALLER(f10, f9)
CALLER(f11, f10)
CALLER(f12, f11)
CALLER(f13, f12)
CALLER(f14, f13)
CALLER(f15, f14)
CALLER(f16, f15)

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	bpf_printk("n=%d", f16(0));
	return 0;
}
