// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * function_replaced: a function of the kernel's that gets another result, and a tracepoint that changes what it is
 * given.
 *
 * Shows: effects of a program that may sleep (fmod_ret.s), which makes a test of the kernel's own fail with one error,
 * and of a raw tracepoint that may write (raw_tp.w), which makes another one of that. Only both together do what is
 * seen.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define EPERM 1
#define EFAULT 14

/* Run on demand, it makes the kernel call the function. */
SEC("fentry.s/bpf_fentry_test1")
int BPF_PROG(on_entry, int argument)
{
	return 0;
}

SEC("fmod_ret.s/bpf_fentry_test1")
int BPF_PROG(on_result, int argument, int result)
{
	return 4711;
}

SEC("raw_tp.w/bpf_test_finish")
int on_finish(struct bpf_raw_tracepoint_args *ctx)
{
	int *error = (int *)ctx->args[0];

	if (*error == -EFAULT)
		*error = -EPERM;
	return 0;
}
