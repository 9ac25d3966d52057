// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * device_access: devices whose nodes are made and opened.
 *
 * Shows: a program for a cgroup that decides which devices its tasks get.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 major;
	__u32 minor;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("cgroup/dev")
int on_access(struct bpf_cgroup_dev_ctx *ctx)
{
	struct event e = {
	        .major = ctx->major,
	        .minor = ctx->minor,
	};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it */
}
