/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/jail.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define NOBODY 65534

static int limit(int resource, uint64_t value, struct error *err)
{
	const struct rlimit r = {value, value};

	if (setrlimit(resource, &r))
		return error_set(err, errno, "cannot limit a worker's resource %d: %s", resource, strerror(errno));
	return 0;
}

static int set_limits(const struct jail_limits *l, struct error *err)
{
	int rc = limit(RLIMIT_CPU, l->cpu_seconds, err);

	rc = rc ? rc : limit(RLIMIT_FSIZE, l->file, err);
	rc = rc ? rc : limit(RLIMIT_CORE, 0, err);
#ifndef __SANITIZE_ADDRESS__
	rc = rc ? rc : limit(RLIMIT_AS, l->memory, err);
#endif
	return rc;
}

static int drop_root(struct error *err)
{
	if (geteuid())
		return 0;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return error_set(err, errno, "a worker cannot become nobody: %s", strerror(errno));
	/* A change of user forgets it (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 0;
}

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
/* newfstatat: what fstat() is since glibc 2.33. */
static const int allowed[] = {
        SYS_read,         SYS_pread64,        SYS_write,        SYS_lseek,      SYS_close,           SYS_fstat,
        SYS_newfstatat,   SYS_mmap,           SYS_munmap,       SYS_mremap,     SYS_mprotect,        SYS_madvise,
        SYS_brk,          SYS_futex,          SYS_getrandom,    SYS_getpid,     SYS_gettid,          SYS_tgkill,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_exit_group, SYS_restart_syscall, SYS_clock_gettime,
        SYS_exit,
};

static void add(struct buf *program, uint16_t code, uint32_t k, size_t yes, size_t no)
{
	const struct sock_filter f = {code, (uint8_t)yes, (uint8_t)no, k};

	buf_add(program, &f, sizeof(f));
}

static int filter_calls(struct error *err)
{
	const size_t count = sizeof(allowed) / sizeof(allowed[0]);
	cleanup_buf struct buf program = {0};
	struct sock_fprog prog;

	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, count + 1);
	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	for (size_t i = 0; i < count; i++)
		add(&program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)allowed[i], count - i, 0);
	/* Refused, not killed: libraries ask for things that they can do without. */
	add(&program, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
	add(&program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	prog = (struct sock_fprog){(unsigned short)(program.len / sizeof(struct sock_filter)), (void *)program.data};
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) && errno != EINVAL)
		return error_set(err, errno, "cannot filter a worker's system calls: %s", strerror(errno));
	return 0;
}
#else
static int filter_calls(struct error *err)
{
	(void)err;
	return 0;
}
#endif

int jail_enter(const struct jail_limits *limits, struct error *err)
{
	int rc = set_limits(limits, err);

	rc = rc ? rc : drop_root(err);
	if (rc)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return error_set(err, errno, "a worker cannot give up new privileges: %s", strerror(errno));
	return filter_calls(err);
}
