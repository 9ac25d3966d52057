// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * file_open: which file is opened, and what its inode says.
 *
 * Shows: chains over file, dentry, inode and super block, and a timestamp that 6.11 split in two (inode.i_ctime into
 * i_ctime_sec and i_ctime_nsec) through flavours. One of their tests answers 0 on every kernel: never more than
 * `degraded`. Since 6.13 bit 31 of the nanoseconds is a mark of the kernel's, and no part of the time.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define CTIME_NSEC_MASK 0x7fffffff

struct inode___before_6_11 {
	struct timespec64 i_ctime;
} __attribute__((preserve_access_index));

struct inode___6_6 {
	struct timespec64 __i_ctime;
} __attribute__((preserve_access_index));

struct inode___since_6_11 {
	__s64 i_ctime_sec;
	__u32 i_ctime_nsec;
} __attribute__((preserve_access_index));

struct event {
	__u64 ino;
	__u64 dev;
	__s64 size;
	__s64 ctime_sec;
	__u32 ctime_nsec;
	__u32 pid;
	__u32 nlink;
	__u16 mode;
	char filename[32];
	char comm[16];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline void ctime_read(struct event *e, struct inode *inode)
{
	struct inode___since_6_11 *newer = (void *)inode;
	struct inode___before_6_11 *older = (void *)inode;
	struct inode___6_6 *between = (void *)inode;

	if (bpf_core_field_exists(newer->i_ctime_sec)) {
		e->ctime_sec = BPF_CORE_READ(newer, i_ctime_sec);
		e->ctime_nsec = BPF_CORE_READ(newer, i_ctime_nsec) & CTIME_NSEC_MASK;
	} else if (bpf_core_field_exists(older->i_ctime)) {
		e->ctime_sec = BPF_CORE_READ(older, i_ctime.tv_sec);
		e->ctime_nsec = BPF_CORE_READ(older, i_ctime.tv_nsec);
	} else if (bpf_core_field_exists(between->__i_ctime)) {
		e->ctime_sec = BPF_CORE_READ(between, __i_ctime.tv_sec);
		e->ctime_nsec = BPF_CORE_READ(between, __i_ctime.tv_nsec);
	}
}

static __always_inline int report(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->ino = BPF_CORE_READ(inode, i_ino);
	e->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	e->size = BPF_CORE_READ(inode, i_size);
	e->mode = BPF_CORE_READ(inode, i_mode);
	e->nlink = BPF_CORE_READ(inode, i_nlink);
	ctime_read(e, inode);
	bpf_probe_read_kernel_str(e->filename, sizeof(e->filename), BPF_CORE_READ(dentry, d_name.name));
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("kprobe/security_file_open")
int BPF_KPROBE(on_open, struct file *file)
{
	return report(BPF_CORE_READ(file, f_path.dentry));
}

SEC("kprobe/security_inode_unlink")
int BPF_KPROBE(on_unlink, struct inode *directory, struct dentry *dentry)
{
	return report(dentry);
}
