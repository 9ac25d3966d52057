// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arguments that a kernel's function does not have, or not as these; each program can be tried by itself. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

long last;

/* Moved by one, and then again of another type in front. */
SEC("fentry/vfs_unlink")
int BPF_PROG(moved, struct inode *dir, struct dentry *dentry)
{
	last = dir->i_ino + dentry->d_inode->i_ino;
	return 0;
}

/* One of six until 7.0. */
SEC("fentry/tcp_recvmsg")
int BPF_PROG(gone, struct sock *sk, struct msghdr *msg, size_t len, int nonblock, int flags, int *addr_len)
{
	last = flags;
	return 0;
}

/* Eight of them. */
SEC("fentry/do_mmap")
int BPF_PROG(many, struct file *file, unsigned long address, unsigned long len)
{
	last = len;
	return 0;
}

/* NULL where nobody inherits a priority. */
SEC("tp_btf/sched_pi_setprio")
int BPF_PROG(nullable, struct task_struct *task, struct task_struct *donor)
{
	last = donor->pid;
	return 0;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(range, struct linux_binprm *bprm, int ret)
{
	return last == 1 ? 7 : 7;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(beyond, bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int state)
{
	last = state;
	return 0;
}

/* A socket of TCP is more than a struct sock. */
SEC("fentry/tcp_connect")
int BPF_PROG(larger, struct sock *sk)
{
	last = ((struct inet_sock *)sk)->inet_sport;
	return 0;
}
