// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sk_migrate: a connection whose listener is closed before it is accepted gets another one.
 *
 * Shows: an effect of a program of sockets that share a port which also migrates (5.14 and later): without it, the
 * connection would end with its listener.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_reuseport/migrate")
int choose(struct sk_reuseport_md *ctx)
{
	__u32 first = 0, second = 1;

	bpf_sk_select_reuseport(ctx, &sockets, ctx->migrating_sk ? &second : &first, 0);
	return SK_PASS;
}
