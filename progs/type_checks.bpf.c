// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * type_checks: which types a kernel has, and how large they are.
 *
 * Shows: bpf_core_type_exists (struct maple_tree came with 6.1) and bpf_core_type_size, each a constant at load time,
 * checked against what else tells it: the kernel's version, and two members' offsets and sizes.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int LINUX_KERNEL_VERSION __kconfig;

struct event {
	__u32 pid;
	__u32 maple_tree;
	__u32 maple_tree_expected;
	__u32 list_size;
	__u32 list_size_expected;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->maple_tree = bpf_core_type_exists(struct maple_tree);
	e->maple_tree_expected = LINUX_KERNEL_VERSION >= (6 << 16 | 1 << 8);
	e->list_size = bpf_core_type_size(struct list_head);
	e->list_size_expected =
	        bpf_core_field_offset(struct list_head, prev) + bpf_core_field_size(struct list_head, prev);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
