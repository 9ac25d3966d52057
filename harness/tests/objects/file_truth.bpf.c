// SPDX-License-Identifier: BSD-2-Clause
/* Files as they are opened and removed: what workload `file` is compared with. No ini: everything is found out. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	__u32 tgid, pid, uid;
	char comm[16];
	char filename[32];
	__u64 ino, dev;
	__s64 size;
};

struct event *unused __attribute__((unused)); /* keeps the type in the BTF */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static int report(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);
	__u64 id = bpf_get_current_pid_tgid();
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->tgid = id >> 32;
	e->pid = (__u32)id;
	e->uid = (__u32)bpf_get_current_uid_gid();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_kernel_str(e->filename, sizeof(e->filename), BPF_CORE_READ(dentry, d_name.name));
	e->ino = BPF_CORE_READ(inode, i_ino);
	e->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	e->size = BPF_CORE_READ(inode, i_size);
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

char LICENSE[] SEC("license") = "Dual BSD/GPL";
