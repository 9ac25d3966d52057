/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many of the other system calls, in a process of its own: those that work on files on files of its own, the others
 * with arguments that they refuse or that change nothing. A hook at one of them runs; what they come to is no matter.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/own_process.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Calls that architectures which came late do not have: no number of theirs is -1. */
#ifndef SYS_access
#define SYS_access (-1L)
#endif
#ifndef SYS_alarm
#define SYS_alarm (-1L)
#endif
#ifndef SYS_chmod
#define SYS_chmod (-1L)
#endif
#ifndef SYS_chown
#define SYS_chown (-1L)
#endif
#ifndef SYS_creat
#define SYS_creat (-1L)
#endif
#ifndef SYS_dup2
#define SYS_dup2 (-1L)
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait (-1L)
#endif
#ifndef SYS_getpgrp
#define SYS_getpgrp (-1L)
#endif
#ifndef SYS_lchown
#define SYS_lchown (-1L)
#endif
#ifndef SYS_link
#define SYS_link (-1L)
#endif
#ifndef SYS_lstat
#define SYS_lstat (-1L)
#endif
#ifndef SYS_mkdir
#define SYS_mkdir (-1L)
#endif
#ifndef SYS_mknod
#define SYS_mknod (-1L)
#endif
#ifndef SYS_open
#define SYS_open (-1L)
#endif
#ifndef SYS_pipe
#define SYS_pipe (-1L)
#endif
#ifndef SYS_poll
#define SYS_poll (-1L)
#endif
#ifndef SYS_readlink
#define SYS_readlink (-1L)
#endif
#ifndef SYS_renameat
#define SYS_renameat (-1L)
#endif
#ifndef SYS_rmdir
#define SYS_rmdir (-1L)
#endif
#ifndef SYS_select
#define SYS_select (-1L)
#endif
#ifndef SYS_stat
#define SYS_stat (-1L)
#endif
#ifndef SYS_symlink
#define SYS_symlink (-1L)
#endif
#ifndef SYS_unlink
#define SYS_unlink (-1L)
#endif
#ifndef SYS_ustat
#define SYS_ustat (-1L)
#endif
#ifndef SYS_utime
#define SYS_utime (-1L)
#endif

/* With nothing for an argument: no descriptor, no address, no such value. */
static const long refused[] = {
        SYS_accept,
        SYS_accept4,
        SYS_acct,
        SYS_add_key,
        SYS_adjtimex,
        SYS_bind,
        SYS_bpf,
        SYS_capget,
        SYS_capset,
        SYS_clock_adjtime,
        SYS_clock_settime,
        SYS_clone3,
        SYS_close_range,
        SYS_connect,
        SYS_copy_file_range,
        SYS_delete_module,
        SYS_dup,
        SYS_dup3,
        SYS_epoll_ctl,
        SYS_epoll_pwait,
        SYS_execveat,
        SYS_fadvise64,
        SYS_fallocate,
        SYS_fanotify_init,
        SYS_fanotify_mark,
        SYS_fchdir,
        SYS_fchmod,
        SYS_fchown,
        SYS_fcntl,
        SYS_fgetxattr,
        SYS_finit_module,
        SYS_flistxattr,
        SYS_flock,
        SYS_fremovexattr,
        SYS_fsetxattr,
        SYS_fspick,
        SYS_fstatfs,
        SYS_get_mempolicy,
        SYS_getdents64,
        SYS_getitimer,
        SYS_getpeername,
        SYS_getrandom,
        SYS_getsockname,
        SYS_getsockopt,
        SYS_init_module,
        SYS_inotify_add_watch,
        SYS_inotify_rm_watch,
        SYS_io_cancel,
        SYS_io_destroy,
        SYS_io_getevents,
        SYS_io_setup,
        SYS_io_submit,
        SYS_io_uring_enter,
        SYS_io_uring_register,
        SYS_io_uring_setup,
        SYS_ioctl,
        SYS_ioprio_get,
        SYS_kcmp,
        SYS_kexec_load,
        SYS_keyctl,
        SYS_landlock_add_rule,
        SYS_landlock_create_ruleset,
        SYS_landlock_restrict_self,
        SYS_listen,
        SYS_lseek,
        SYS_lsetxattr,
        SYS_madvise,
        SYS_mbind,
        SYS_membarrier,
        SYS_mincore,
        SYS_mlock,
        SYS_mlock2,
        SYS_mlockall,
        SYS_mount,
        SYS_move_pages,
        SYS_mq_getsetattr,
        SYS_mq_notify,
        SYS_mq_open,
        SYS_mq_timedreceive,
        SYS_mq_timedsend,
        SYS_mq_unlink,
        SYS_mremap,
        SYS_msgctl,
        SYS_msgrcv,
        SYS_msgsnd,
        SYS_munlock,
        SYS_name_to_handle_at,
        SYS_open_by_handle_at,
        SYS_perf_event_open,
        SYS_pidfd_getfd,
        SYS_pidfd_open,
        SYS_pidfd_send_signal,
        SYS_pipe2,
        SYS_pivot_root,
        SYS_pkey_alloc,
        SYS_pkey_mprotect,
        SYS_ppoll,
        SYS_preadv,
        SYS_preadv2,
        SYS_process_madvise,
        SYS_process_mrelease,
        SYS_process_vm_readv,
        SYS_process_vm_writev,
        SYS_pselect6,
        SYS_ptrace,
        SYS_pwrite64,
        SYS_pwritev,
        SYS_pwritev2,
        SYS_quotactl,
        SYS_readahead,
        SYS_readv,
        SYS_reboot,
        SYS_recvmmsg,
        SYS_recvmsg,
        SYS_remap_file_pages,
        SYS_request_key,
        SYS_rseq,
        SYS_rt_sigqueueinfo,
        SYS_rt_sigtimedwait,
        SYS_rt_tgsigqueueinfo,
        SYS_sched_getattr,
        SYS_sched_getparam,
        SYS_sched_getscheduler,
        SYS_sched_rr_get_interval,
        SYS_sched_setattr,
        SYS_sched_setparam,
        SYS_seccomp,
        SYS_semctl,
        SYS_semget,
        SYS_semop,
        SYS_sendfile,
        SYS_sendmmsg,
        SYS_sendmsg,
        SYS_set_mempolicy,
        SYS_setdomainname,
        SYS_setfsgid,
        SYS_setfsuid,
        SYS_setgroups,
        SYS_sethostname,
        SYS_setns,
        SYS_setsockopt,
        SYS_settimeofday,
        SYS_shmat,
        SYS_shmctl,
        SYS_shmdt,
        SYS_shmget,
        SYS_shutdown,
        SYS_signalfd4,
        SYS_socketpair,
        SYS_splice,
        SYS_statfs,
        SYS_swapoff,
        SYS_swapon,
        SYS_sync_file_range,
        SYS_syslog,
        SYS_tee,
        SYS_timer_create,
        SYS_timer_delete,
        SYS_timer_settime,
        SYS_timerfd_create,
        SYS_timerfd_settime,
        SYS_umount2,
        SYS_userfaultfd,
        SYS_ustat,
        SYS_utime,
        SYS_utimensat,
        SYS_vmsplice,
        SYS_waitid,
        SYS_writev,
};

/* Without any. */
static const long harmless[] = {
        SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getpgid,     SYS_getpgrp, SYS_getpid, SYS_getppid, SYS_getsid,
        SYS_gettid,  SYS_getuid,  SYS_alarm,  SYS_sched_yield, SYS_setsid,  SYS_umask,  SYS_times,   SYS_unshare,
};

/* ---- files ---- */

struct names {
	const char *directory, *file, *other, *absent;
};

static void file_calls(const struct names *n)
{
	struct open_how how = {.flags = O_RDONLY};
	const struct timespec times[2] = {0};
	char bytes[16];
	struct stat st;
	long fd;

	syscall(SYS_mknod, n->file, S_IFREG | 0600, 0);
	syscall(SYS_open, n->file, O_RDWR, 0);
	syscall(SYS_creat, n->other, 0600);
	syscall(SYS_openat2, AT_FDCWD, n->file, &how, sizeof(how));
	fd = syscall(SYS_openat, AT_FDCWD, n->file, O_RDWR, 0);
	syscall(SYS_stat, n->file, &st);
	syscall(SYS_lstat, n->file, &st);
	syscall(SYS_fstat, fd, &st);
	syscall(SYS_access, n->file, R_OK);
	syscall(SYS_faccessat, AT_FDCWD, n->file, R_OK);
	syscall(SYS_faccessat2, AT_FDCWD, n->file, R_OK, 0);
	syscall(SYS_chmod, n->file, 0600);
	syscall(SYS_fchmodat, AT_FDCWD, n->file, 0600);
	syscall(SYS_chown, n->file, -1, -1);
	syscall(SYS_lchown, n->file, -1, -1);
	syscall(SYS_fchownat, AT_FDCWD, n->file, -1, -1, 0);
	syscall(SYS_truncate, n->file, 8);
	syscall(SYS_ftruncate, fd, 4);
	syscall(SYS_utimensat, AT_FDCWD, n->file, times, 0);
	syscall(SYS_setxattr, n->file, "user.cm", "v", 1, 0);
	syscall(SYS_getxattr, n->file, "user.cm", bytes, sizeof(bytes));
	syscall(SYS_listxattr, n->file, bytes, sizeof(bytes));
	syscall(SYS_removexattr, n->file, "user.cm");
	syscall(SYS_read, fd, bytes, sizeof(bytes));
	syscall(SYS_fsync, fd);
	syscall(SYS_close, fd);
}

static void name_calls(const struct names *n)
{
	char bytes[16];

	syscall(SYS_link, n->file, n->absent);
	syscall(SYS_unlinkat, AT_FDCWD, n->absent, 0);
	syscall(SYS_linkat, AT_FDCWD, n->file, AT_FDCWD, n->absent, 0);
	syscall(SYS_unlink, n->absent);
	syscall(SYS_symlink, "file", n->absent);
	syscall(SYS_readlink, n->absent, bytes, sizeof(bytes));
	syscall(SYS_readlinkat, AT_FDCWD, n->absent, bytes, sizeof(bytes));
	syscall(SYS_unlink, n->absent);
	syscall(SYS_symlinkat, "file", AT_FDCWD, n->absent);
	syscall(SYS_renameat, AT_FDCWD, n->file, AT_FDCWD, n->absent);
	syscall(SYS_renameat2, AT_FDCWD, n->absent, AT_FDCWD, n->file, 0);
	syscall(SYS_mkdir, n->absent, 0700);
	syscall(SYS_chdir, n->directory);
	syscall(SYS_rmdir, n->absent);
	syscall(SYS_mkdirat, AT_FDCWD, n->absent, 0700);
	syscall(SYS_unlinkat, AT_FDCWD, n->absent, AT_REMOVEDIR);
	syscall(SYS_mknodat, AT_FDCWD, n->absent, S_IFIFO | 0600, 0);
	syscall(SYS_unlink, n->absent);
	syscall(SYS_unlink, n->other);
	syscall(SYS_unlink, n->file);
}

/* As mount(8) does it today; its namespace is the subject's own. */
static void mount_calls(const struct names *n)
{
	long context = syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC), tree, copy;

	syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "size", "64k", 0);
	syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	tree = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	syscall(SYS_move_mount, tree, "", AT_FDCWD, n->directory, MOVE_MOUNT_F_EMPTY_PATH);
	copy = syscall(SYS_open_tree, AT_FDCWD, n->directory, OPEN_TREE_CLOEXEC);
	syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH, NULL, 0);
	syscall(SYS_mount, NULL, n->directory, NULL, MS_REMOUNT, "size=32k");
	syscall(SYS_close, copy);
	syscall(SYS_close, tree);
	syscall(SYS_close, context);
	syscall(SYS_umount2, n->directory, 0);
}

/* ---- what others wait for ---- */

static void wait_calls(void)
{
	const struct timespec none = {0};
	long poller = syscall(SYS_epoll_create1, 0), event = syscall(SYS_eventfd2, 1, 0);
	long watch = syscall(SYS_inotify_init1, 0), memory = syscall(SYS_memfd_create, "cm", 0);
	int ends[2];
	char bytes[128];

	syscall(SYS_epoll_wait, poller, bytes, 1, 0);
	syscall(SYS_poll, NULL, 0, 0);
	syscall(SYS_select, 0, NULL, NULL, NULL, &none);
	syscall(SYS_nanosleep, &none, NULL);
	syscall(SYS_pipe, ends);
	syscall(SYS_dup2, ends[0], ends[1]);
	syscall(SYS_close, ends[0]);
	syscall(SYS_close, ends[1]);
	syscall(SYS_close, poller);
	syscall(SYS_close, event);
	syscall(SYS_close, watch);
	syscall(SYS_close, memory);
	syscall(SYS_msync, NULL, 0, MS_ASYNC);
	syscall(SYS_brk, NULL);
}

static void signal_calls(void)
{
	long self = syscall(SYS_getpid), thread = syscall(SYS_gettid);

	signal(SIGURG, SIG_IGN);
	syscall(SYS_tkill, thread, SIGURG);
	syscall(SYS_tgkill, self, thread, SIGURG);
	syscall(SYS_setpgid, 0, 0);
	syscall(SYS_kill, 0, SIGURG);
	syscall(SYS_setpriority, 0, 0, 0);
	syscall(SYS_getpriority, 0, 0);
	syscall(SYS_prlimit64, 0, 0, NULL, NULL);
	syscall(SYS_setresuid, -1, -1, -1);
	syscall(SYS_setresgid, -1, -1, -1);
	syscall(SYS_setreuid, -1, -1);
	syscall(SYS_setregid, -1, -1);
	syscall(SYS_getgroups, 0, NULL);
	syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
	syscall(SYS_personality, 0xffffffff);
	syscall(SYS_uname, NULL);
	syscall(SYS_sysinfo, NULL);
	syscall(SYS_getcwd, NULL, 0);
	syscall(SYS_chroot, "");
	syscall(SYS_futex, NULL, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void syscall_calls(const char *directory)
{
	cleanup_free char *where = xasprintf("%s/cm-calls", directory), *file = xasprintf("%s/cm-call-one", directory);
	cleanup_free char *other = xasprintf("%s/cm-call-two", directory);
	cleanup_free char *absent = xasprintf("%s/cm-call-three", directory);
	const struct names names = {where, file, other, absent};

	file_calls(&names);
	name_calls(&names);
	mkdir(where, 0700);
	mount_calls(&names);
	rmdir(where);
	wait_calls();
	signal_calls();
	for (size_t i = 0; i < COUNT(refused); i++)
		syscall(refused[i], -1L, -1L, -1L, -1L, -1L, -1L);
	for (size_t i = 0; i < COUNT(harmless); i++)
		syscall(harmless[i], 0L, 0L, 0L, 0L, 0L, 0L);
}

void action_syscall(const char *directory, struct action_result *out)
{
	own_process_run(syscall_calls, directory, out);
}
