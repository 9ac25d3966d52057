// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tracepoint_write: a tracepoint whose argument a program changes.
 *
 * Shows: an effect of a raw tracepoint that may write (raw_tp.w): a test of the kernel's own that came off has failed.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define EPERM 1

/* Run on demand, it makes the kernel test itself. */
SEC("fentry/bpf_fentry_test1")
int BPF_PROG(on_entry, int argument)
{
	return 0;
}

SEC("raw_tracepoint.w/bpf_test_finish")
int on_finish(struct bpf_raw_tracepoint_args *ctx)
{
	*(int *)ctx->args[0] = -EPERM;
	return 0;
}
