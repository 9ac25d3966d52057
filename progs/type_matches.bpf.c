// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * type_matches: whether a type of the kernel's is what this program takes it for.
 *
 * Shows: bpf_core_type_matches, which compares names and kinds of all members of a local type with the kernel's. A
 * struct bio that holds its disk itself is one before 5.12. clang knows this test from version 15 on.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int LINUX_KERNEL_VERSION __kconfig;

struct bio___with_disk {
	struct gendisk *bi_disk;
};

struct event {
	__u32 pid;
	__u32 with_disk;
	__u32 with_disk_expected;
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
	e->with_disk = bpf_core_type_matches(struct bio___with_disk);
	e->with_disk_expected = LINUX_KERNEL_VERSION < (5 << 16 | 12 << 8);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
