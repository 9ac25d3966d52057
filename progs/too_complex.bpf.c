// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * too_complex: control. More than the verifier is willing to look at.
 *
 * It has several limits, and says E2BIG at each: a million instructions seen, 8192 ways put aside, 256 functions in one
 * program. The last one is reached without making an emulated guest work for seconds.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define FUNCTION(a, b, c, d) \
	static __noinline int f##a##b##c##d(int n) \
	{ \
		asm volatile(""); \
		return n + 1; \
	}
#define CALL(a, b, c, d) n = f##a##b##c##d(n);

/* Each digit from 0 to 3: 256 functions, and the program itself is one more. */
#define DIGITS_4(what, a, b, c) what(a, b, c, 0) what(a, b, c, 1) what(a, b, c, 2) what(a, b, c, 3)
#define DIGITS_3(what, a, b) \
	DIGITS_4(what, a, b, 0) DIGITS_4(what, a, b, 1) DIGITS_4(what, a, b, 2) DIGITS_4(what, a, b, 3)
#define DIGITS_2(what, a) DIGITS_3(what, a, 0) DIGITS_3(what, a, 1) DIGITS_3(what, a, 2) DIGITS_3(what, a, 3)
#define DIGITS(what) DIGITS_2(what, 0) DIGITS_2(what, 1) DIGITS_2(what, 2) DIGITS_2(what, 3)

DIGITS(FUNCTION)

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	int n = 0;

	DIGITS(CALL)
	bpf_printk("n=%d", n);
	return 0;
}
