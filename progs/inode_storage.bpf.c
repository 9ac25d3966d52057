// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* inode_storage: keeps with a file's inode who renamed it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct note {
	__u64 ino;
	__u32 pid, uid;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct note);
} notes SEC(".maps");

SEC("lsm/inode_rename")
int BPF_PROG(on_rename, struct inode *old_dir, struct dentry *old)
{
	struct inode *inode = old->d_inode;
	struct note *note;

	if (!inode)
		return 0;
	note = bpf_inode_storage_get(&notes, inode, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!note)
		return 0;
	note->ino = inode->i_ino;
	note->pid = bpf_get_current_pid_tgid() >> 32;
	note->uid = (__u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(note->comm, sizeof(note->comm));
	return 0;
}
