// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * disk_name: reads a field that 5.17 dropped (request.rq_disk) where the kernel has it. Compiled with UNGUARDED, it
 * reads it everywhere: the change that `make regress` has to tell as what it is.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct request___old {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

int first_minor;

SEC("raw_tp/block_rq_issue")
int on_issue(struct bpf_raw_tracepoint_args *ctx)
{
	struct request___old *rq = (void *)ctx->args[0];
	struct gendisk *disk = NULL;

#ifndef UNGUARDED
	if (bpf_core_field_exists(rq->rq_disk))
#endif
		disk = BPF_CORE_READ(rq, rq_disk);
	first_minor = BPF_CORE_READ(disk, first_minor);
	return 0;
}
