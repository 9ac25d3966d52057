// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * device_deny: a device that nobody may have, as containers' managers do it.
 *
 * Shows: an effect of a program for a cgroup: making and opening a node fails.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("cgroup/dev")
int on_access(struct bpf_cgroup_dev_ctx *ctx)
{
	return !(ctx->major == 1 && ctx->minor == 3);
}
