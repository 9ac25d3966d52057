// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_cgroup: every cgroup, and every stretch of every task's memory.
 *
 * Shows: an iterator that has to be told where to begin (6.1 and later), and one over what belongs to tasks (5.12).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/cgroup")
int on_cgroup(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgroup = ctx->cgroup;

	if (cgroup)
		BPF_SEQ_PRINTF(ctx->meta->seq, "dst_id=%d level=%d\n", cgroup->kn->id, cgroup->level);
	return 0;
}
