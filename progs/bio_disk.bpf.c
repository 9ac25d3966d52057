// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bio_disk: which disk an I/O goes to.
 *
 * Shows: a path that changed: until 5.12 struct bio names the disk (bi_disk), since then the block device (bi_bdev),
 * and that the disk. Where the module that makes a disk is not to be had, relocations, guards and verifier are all that
 * is shown.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct bio___before_5_12 {
	struct gendisk *bi_disk;
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__u32 major;
	__u64 sector;
	char disk[32];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline struct gendisk *disk_of(struct bio *bio)
{
	struct bio___before_5_12 *older = (void *)bio;

	if (bpf_core_field_exists(older->bi_disk))
		return BPF_CORE_READ(older, bi_disk);
	return BPF_CORE_READ(bio, bi_bdev, bd_disk);
}

SEC("kprobe/submit_bio")
int BPF_KPROBE(on_bio, struct bio *bio)
{
	struct gendisk *disk = disk_of(bio);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->sector = BPF_CORE_READ(bio, bi_iter.bi_sector);
	e->major = BPF_CORE_READ(disk, major);
	BPF_CORE_READ_STR_INTO(&e->disk, disk, disk_name);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
