// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * global_guard: control. An existence test guards the call of a global function, and not what is in it.
 *
 * Up to 6.7 the verifier judges every global function by itself, called or not, so that a field that is missing in one
 * is fatal whatever the caller asked before. Since 6.8 it judges those that it came to a call of. A static function is
 * judged as part of its caller on all kernels.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* request.rq_disk is gone since 5.17. */
struct request___with_disk {
	void *rq_disk;
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__u32 known; /* whether requests have a disk */
	__u64 disk;
	char comm[16];
};

/* Keeps the type in the BTF: events are decoded by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* There is no request at hand, and none is needed: reading through NULL gives 0. */
__attribute__((noinline)) long disk_of_request(long address)
{
	return (long)BPF_CORE_READ((struct request___with_disk *)address, rq_disk);
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	e->known = bpf_core_field_exists(struct request___with_disk, rq_disk);
	e->disk = 0;
	if (e->known)
		e->disk = disk_of_request(0);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
