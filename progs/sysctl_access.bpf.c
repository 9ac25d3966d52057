// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sysctl_access: sysctls that are read and written.
 *
 * Shows: a program for a cgroup that sees them by name.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	char filename[64];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("cgroup/sysctl")
int on_access(struct bpf_sysctl *ctx)
{
	struct event e = {};

	bpf_sysctl_get_name(ctx, e.filename, sizeof(e.filename), 0);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 1; /* let it */
}
