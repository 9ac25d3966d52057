/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/jail.h"

#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/lib/child.h"

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
		return error_set(err, errno, "a worker cannot become user nobody: %s", strerror(errno));
	/* A change of user forgets it (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 0;
}

#ifndef __SANITIZE_ADDRESS__
static const int allowed[] = {
        SCMP_SYS(read),         SCMP_SYS(pread64),      SCMP_SYS(write),           SCMP_SYS(lseek),
        SCMP_SYS(close),        SCMP_SYS(fstat),        SCMP_SYS(newfstatat),      SCMP_SYS(mmap),
        SCMP_SYS(munmap),       SCMP_SYS(mremap),       SCMP_SYS(mprotect),        SCMP_SYS(madvise),
        SCMP_SYS(brk),          SCMP_SYS(futex),        SCMP_SYS(getrandom),       SCMP_SYS(getpid),
        SCMP_SYS(gettid),       SCMP_SYS(tgkill),       SCMP_SYS(rt_sigaction),    SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(exit_group),   SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
        SCMP_SYS(exit),         SCMP_SYS(memfd_create), SCMP_SYS(fcntl),
};

/* Refused, not killed: libraries ask for things that they can do without. */
static int filter_build(scmp_filter_ctx filter)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));

	/* The kernel's own errno: EINVAL when it has no seccomp. */
	rc = rc ? rc : seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && !rc; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	return rc;
}

/* A kernel without seccomp is no reason not to work. */
static int filter_load(scmp_filter_ctx filter)
{
	int rc = seccomp_load(filter);

	return rc == -EINVAL ? 0 : rc;
}

static int filter_calls(struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = filter ? filter_build(filter) : -ENOMEM;

	rc = rc ? rc : filter_load(filter);
	if (filter)
		seccomp_release(filter);
	if (rc)
		return error_set(err, -rc, "cannot filter a worker's system calls: %s", strerror(-rc));
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

struct inmate {
	const struct jail_limits *limits;
	int (*work)(void *ctx, struct error *err);
	void *ctx;
};

static int enter_and_work(void *ctx, struct error *err)
{
	const struct inmate *inmate = ctx;
	int rc = jail_enter(inmate->limits, err);

	return rc ? rc : inmate->work(inmate->ctx, err);
}

int jail_run(const struct jail_limits *limits, int (*work)(void *ctx, struct error *err), void *ctx, struct error *err)
{
	struct inmate inmate = {limits, work, ctx};
	struct child_worker worker;
	int rc = child_worker_start(&worker, enter_and_work, &inmate, err);

	return rc ? rc : child_worker_wait(&worker, err);
}
