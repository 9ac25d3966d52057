// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * block_write: what is written to a disk, and where.
 *
 * Shows: a field that got a type of its own: what is done stands in the low bits of bi_opf, an unsigned int until 6.0
 * and a blk_opf_t since then. Where the module that makes a disk is not to be had, nobody writes.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define OP_MASK 0xff
#define OP_WRITE 1

struct event {
	__u32 pid;
	__u32 len;
	__u64 sector;
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("kprobe/submit_bio")
int BPF_KPROBE(on_bio, struct bio *bio)
{
	struct event *e;

	if ((BPF_CORE_READ(bio, bi_opf) & OP_MASK) != OP_WRITE)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->len = BPF_CORE_READ(bio, bi_iter.bi_size);
	e->sector = BPF_CORE_READ(bio, bi_iter.bi_sector);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
