/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/trigger.h"

#include <stddef.h>
#include <string.h>

#include "agent/arch/machine.h"

#define TCP (TRIGGER_TCP4 | TRIGGER_TCP6)
#define UDP (TRIGGER_UDP4 | TRIGGER_UDP6)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* How section names begin (libbpf's section_defs); the rest is the target. */
static const struct head {
	const char *text;
	enum trigger_family family;
	bool at_return;
} heads[] = {
        {"tracepoint/", FAMILY_TRACEPOINT, false},
        {"tp/", FAMILY_TRACEPOINT, false},
        {"raw_tracepoint/", FAMILY_RAW, false},
        {"raw_tp/", FAMILY_RAW, false},
        {"raw_tracepoint.w/", FAMILY_RAW, false},
        {"raw_tp.w/", FAMILY_RAW, false},
        {"tp_btf/", FAMILY_RAW, false},
        {"kprobe/", FAMILY_FUNCTION, false},
        {"kretprobe/", FAMILY_FUNCTION, true},
        {"kprobe.multi/", FAMILY_FUNCTION, false},
        {"kretprobe.multi/", FAMILY_FUNCTION, true},
        {"fentry/", FAMILY_FUNCTION, false},
        {"fentry.s/", FAMILY_FUNCTION, false},
        {"fexit/", FAMILY_FUNCTION, true},
        {"fexit.s/", FAMILY_FUNCTION, true},
        {"ksyscall/", FAMILY_SYSCALL, false},
        {"kretsyscall/", FAMILY_SYSCALL, true},
        {"lsm/", FAMILY_LSM, false},
        {"lsm.s/", FAMILY_LSM, false},
};

/*
 * Attach points, and what fires them on every kernel of 5.10 and later. Whatever a kernel may inline, rename or bypass
 * is left out: a program there must not be called silent.
 */
static const struct trigger_point points[] = {
        {FAMILY_TRACEPOINT, "sched/sched_process_exec", TRIGGER_EXEC, MOMENT_AFTER, MOMENT_AFTER},
        {FAMILY_TRACEPOINT, "sched/sched_process_exit", TRIGGER_EXEC | TRIGGER_EXIT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "sock/inet_sock_set_state", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "sched/sched_process_fork", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "task/task_newtask", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "signal/signal_generate", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "signal/signal_deliver", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "timer/hrtimer_start", TRIGGER_TIMER, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "cgroup/cgroup_mkdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "cgroup/cgroup_attach_task", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "cgroup/cgroup_rmdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "block/block_bio_queue", TRIGGER_DISK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_TRACEPOINT, "capability/cap_capable", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "sched_process_exec", TRIGGER_EXEC, MOMENT_AFTER, MOMENT_AFTER},
        {FAMILY_RAW, "sched_process_exit", TRIGGER_EXEC | TRIGGER_EXIT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "inet_sock_set_state", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "sched_process_fork", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "task_newtask", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "signal_generate", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "signal_deliver", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "hrtimer_start", TRIGGER_TIMER, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "cgroup_mkdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "cgroup_attach_task", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "cgroup_rmdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "block_bio_queue", TRIGGER_DISK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_RAW, "cap_capable", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},

        /* system calls as a static glibc makes them where each is there (machine_syscall) */
        {FAMILY_SYSCALL, "execve", TRIGGER_EXEC, MOMENT_BEFORE, MOMENT_AFTER},
        {FAMILY_SYSCALL, "openat", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "write", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "pread64", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "rename", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "unlink", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "socket", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "bind", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "listen", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "connect", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "accept4", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "clone", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "sendto", UDP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "recvfrom", UDP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "kill", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "rt_sigaction", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "mmap", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "munmap", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "mprotect", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "mount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "umount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "setuid", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "setgid", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "clock_nanosleep", TRIGGER_TIMER, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "mkdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_SYSCALL, "rmdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},

        {FAMILY_FUNCTION, "do_execve", TRIGGER_EXEC, MOMENT_BEFORE, MOMENT_AFTER},
        {FAMILY_FUNCTION, "security_bprm_check", TRIGGER_EXEC, MOMENT_BEFORE, MOMENT_BEFORE},
        {FAMILY_FUNCTION, "do_sys_openat2", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "vfs_open", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "vfs_rename", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "vfs_unlink", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_file_open", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_inode_create", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_inode_rename", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_inode_unlink", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_v4_connect", TRIGGER_TCP4, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_v6_connect", TRIGGER_TCP6, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "inet_bind", TRIGGER_TCP4, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "inet6_bind", TRIGGER_TCP6, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "inet_listen", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "inet_csk_accept", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_connect", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_set_state", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_close", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_sendmsg", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "tcp_recvmsg", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "kernel_clone", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "wake_up_new_task", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_task_alloc", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "do_exit", TRIGGER_EXIT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "udp_sendmsg", TRIGGER_UDP4, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "udpv6_sendmsg", TRIGGER_UDP6, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "udp_recvmsg", TRIGGER_UDP4, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "udpv6_recvmsg", TRIGGER_UDP6, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_task_kill", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "do_mmap", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "vm_mmap_pgoff", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_mmap_file", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_file_mprotect", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "path_mount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_sb_mount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_sb_umount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "commit_creds", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "cap_capable", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_capable", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "security_task_fix_setuid", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "hrtimer_nanosleep", TRIGGER_TIMER, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "cgroup_attach_task", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "cgroup_mkdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "cgroup_rmdir", TRIGGER_CGROUP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_FUNCTION, "submit_bio", TRIGGER_DISK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},

        {FAMILY_LSM, "bprm_check_security", TRIGGER_EXEC, MOMENT_BEFORE, MOMENT_BEFORE},
        {FAMILY_LSM, "file_open", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "inode_create", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "inode_rename", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "inode_unlink", TRIGGER_FILE, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "socket_bind", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "socket_listen", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "socket_connect", TCP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "task_alloc", TRIGGER_FORK, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "task_kill", TRIGGER_SIGNAL, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "mmap_file", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "file_mprotect", TRIGGER_MMAP, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "sb_mount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "sb_umount", TRIGGER_MOUNT, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "task_fix_setuid", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
        {FAMILY_LSM, "capable", TRIGGER_SETUID, MOMENT_UNKNOWN, MOMENT_UNKNOWN},
};

/* Other ways to name a system call's entry and exit. */
static const struct alias {
	enum trigger_family family;
	const char *prefix;
	bool at_return;
} syscall_aliases[] = {
        {FAMILY_TRACEPOINT, "syscalls/sys_enter_", false},
        {FAMILY_TRACEPOINT, "syscalls/sys_exit_", true},
        {FAMILY_FUNCTION, machine_syscall_prefix, false},
};

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static const struct head *head_find(const char *section)
{
	for (size_t i = 0; i < COUNT(heads); i++)
		if (has_prefix(section, heads[i].text) ||
		    (strlen(section) + 1 == strlen(heads[i].text) && !memcmp(section, heads[i].text, strlen(section))))
			return &heads[i];
	return NULL;
}

const struct trigger_point *trigger_points(size_t *count)
{
	*count = COUNT(points);
	return points;
}

static const struct trigger_point *point_find(enum trigger_family family, const char *target)
{
	for (size_t i = 0; i < COUNT(points); i++) {
		const struct trigger_point *p = &points[i];

		if (p->family != family)
			continue;
		if (!strcmp(family == FAMILY_SYSCALL ? machine_syscall(p->target) : p->target, target))
			return p;
	}
	return NULL;
}

void trigger_summary_add(struct trigger_summary *summary, const char *section, const char *target)
{
	const struct head *head = head_find(section);
	enum trigger_moment moment = MOMENT_UNKNOWN;
	const struct trigger_point *point = NULL;
	bool at_return = head && head->at_return;
	enum trigger_family family = head ? head->family : FAMILY_FUNCTION;

	if (head && !target)
		target = strchr(section, '/') ? strchr(section, '/') + 1 : "";
	for (size_t i = 0; head && i < COUNT(syscall_aliases); i++) {
		const struct alias *alias = &syscall_aliases[i];

		if (family != alias->family || !has_prefix(target, alias->prefix))
			continue;
		target += strlen(alias->prefix);
		family = FAMILY_SYSCALL;
		at_return |= alias->at_return;
	}
	if (head)
		point = point_find(family, target);
	if (point) {
		summary->triggers |= point->triggers;
		moment = at_return ? point->return_moment : point->moment;
	} else {
		summary->unknown = true;
	}
	if (!summary->moment_set)
		summary->moment = moment;
	else if (summary->moment != moment)
		summary->moment = MOMENT_UNKNOWN;
	summary->moment_set = true;
}
