// SPDX-License-Identifier: BSD-2-Clause
/*
 * Says something wrong in every field that a truth is known for; only whose event it is, is right. Each field has to be
 * found out, on every kernel.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	__u32 pid;
	/* who it is */
	__u32 tgid, ppid, uid, gid, euid, egid, pgid, sid;
	__u32 mnt_ns, pid_ns, net_ns, uts_ns, ipc_ns, user_ns, cgroup_ns;
	__u64 start_time, cap_effective, cgroup_id;
	char comm[16];
	/* files and mappings */
	char filename[64];
	__u64 ino, dev, size, ctime_sec, addr, len, end;
	__u32 mode, nlink, ctime_nsec, fd, prot, flags;
	/* connections */
	__u32 saddr, daddr;
	__u16 family, protocol, sport, dport;
	/* processes and signals */
	__u32 child_pid, exit_code, sig, target_pid, sender_pid, si_code;
	char child_comm[16];
	/* mounts, users, timers, cgroups */
	char source[32], target[64], fstype[16];
	__u32 old_uid, new_uid, old_gid, new_gid, cap;
	__u64 sec, nsec, expires, dst_id;
	__u32 clockid, level;
	char cgroup_name[32], cgroup_path[64];
};

struct event *unused __attribute__((unused)); /* keeps the type in the BTF */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} events SEC(".maps");

static int report(void)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	__builtin_memset(e, 0x5a, sizeof(*e));
	e->pid = (__u32)bpf_get_current_pid_tgid();
	bpf_ringbuf_submit(e, 0);
	return 0;
}

#define REPORT(name, section) \
	SEC(section) int name(void *ctx) \
	{ \
		return report(); \
	}

REPORT(on_exec, "raw_tp/sched_process_exec")
REPORT(on_fork, "raw_tp/sched_process_fork")
REPORT(on_exit, "raw_tp/sched_process_exit")
REPORT(on_unlink, "kprobe/security_inode_unlink")
REPORT(on_connect4, "kprobe/tcp_v4_connect")
REPORT(on_send4, "kprobe/udp_sendmsg")
REPORT(on_signal, "raw_tp/signal_deliver")
REPORT(on_mmap, "kprobe/security_mmap_file")
REPORT(on_mount, "kprobe/security_sb_mount")
REPORT(on_commit, "kprobe/commit_creds")
REPORT(on_timer, "kprobe/hrtimer_nanosleep")
REPORT(on_attach, "raw_tp/cgroup_attach_task")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
