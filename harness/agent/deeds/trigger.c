/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/trigger.h"

#include <stddef.h>
#include <string.h>

#include "agent/arch/machine.h"
#include "agent/deeds/subject.h"
#include "wire/drive.h"
#include "wire/hook.h"

#define TCP (TRIGGER_TCP4 | TRIGGER_TCP6)
#define UDP (TRIGGER_UDP4 | TRIGGER_UDP6)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Which points may be the one that a program hooks; of what is left out, nothing is promised. */
static const struct {
	bool known;
	enum trigger_family family;
} families[HOOK_KIND_COUNT] = {
        [HOOK_TRACEPOINT] = {true, FAMILY_TRACEPOINT}, [HOOK_RAW_TRACEPOINT] = {true, FAMILY_RAW},
        [HOOK_BTF_TRACEPOINT] = {true, FAMILY_RAW},    [HOOK_SYSCALL] = {true, FAMILY_SYSCALL},
        [HOOK_KPROBE] = {true, FAMILY_FUNCTION},       [HOOK_KPROBE_MULTI] = {true, FAMILY_FUNCTION},
        [HOOK_FUNCTION] = {true, FAMILY_FUNCTION},     [HOOK_LSM] = {true, FAMILY_LSM},
        [HOOK_LSM_CGROUP] = {true, FAMILY_LSM},
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

const struct trigger_point *trigger_points(size_t *count)
{
	*count = COUNT(points);
	return points;
}

/* A system call's point by its name, or by the name of the function that is its entry. */
static bool is_point(const struct trigger_point *p, enum trigger_family family, const char *target)
{
	size_t prefix = strlen(machine_syscall_prefix);

	if (family == FAMILY_FUNCTION && !strncmp(target, machine_syscall_prefix, prefix)) {
		family = FAMILY_SYSCALL;
		target += prefix;
	}
	if (p->family != family)
		return false;
	return !strcmp(family == FAMILY_SYSCALL ? machine_syscall(p->target) : p->target, target);
}

static const struct trigger_point *point_find(const struct hook *h)
{
	for (size_t i = 0; families[h->kind].known && !hook_has_offset(h) && i < COUNT(points); i++)
		if (is_point(&points[i], families[h->kind].family, h->name))
			return &points[i];
	return NULL;
}

void trigger_summary_add(struct trigger_summary *summary, const char *section, const char *target)
{
	const struct hook h = hook_read(section, target);
	const struct trigger_point *point = point_find(&h);
	enum trigger_moment moment = MOMENT_UNKNOWN;
	const struct drive *drive;

	if (point) {
		summary->triggers |= point->triggers;
		moment = h.at_return ? point->return_moment : point->moment;
	} else if ((drive = drive_find(&h))) {
		summary->drives |= subject_kinds_triggers(drive->groups);
		summary->unknown |= !drive->is_all;
	} else {
		summary->unknown = true;
	}
	if (!summary->moment_set)
		summary->moment = moment;
	else if (summary->moment != moment)
		summary->moment = MOMENT_UNKNOWN;
	summary->moment_set = true;
}
