// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sockopt_replace: an option that is read as another than it is.
 *
 * Shows: an effect of a program for a cgroup: the value that getsockopt gives is the program's.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define IPPROTO_IP_LEVEL 0
#define IP_TOS 1

SEC("cgroup/getsockopt")
int on_get(struct bpf_sockopt *ctx)
{
	__s32 *value = ctx->optval, *end = ctx->optval_end;

	if (ctx->level == IPPROTO_IP_LEVEL && ctx->optname == IP_TOS && value + 1 <= end)
		*value = 0x08;
	return 1;
}
