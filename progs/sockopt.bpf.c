// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sockopt: options of sockets, as they are set and got.
 *
 * Shows: programs for a cgroup that see a system call's buffer.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__s32 level;
	__s32 optname;
	__s32 optval;
	__s32 len;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline int report(struct bpf_sockopt *ctx)
{
	__s32 *value = ctx->optval, *end = ctx->optval_end;
	struct event e = {
	        .level = ctx->level,
	        .optname = ctx->optname,
	        .len = ctx->optlen,
	};

	if (value + 1 > end)
		return 1;
	e.optval = *value;
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it */
}

SEC("cgroup/setsockopt")
int on_set(struct bpf_sockopt *ctx)
{
	return report(ctx);
}

SEC("cgroup/getsockopt")
int on_get(struct bpf_sockopt *ctx)
{
	return report(ctx);
}
