/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/subject_body.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/still.h"
#include "agent/deeds/subject_image.h"

/* Before the exec; set apart from the files' names so that a stale comm shows. */

/*
 * All of this runs in the caller's memory, on a stack of its own, beside the caller. System calls only: no allocation,
 * no stdio, no locks. The sanitizer does not know these stacks. errno is the caller's too, who is waiting on the pipe
 * meanwhile.
 */
#define in_child static __attribute__((no_sanitize("address"), noinline))

in_child void child_exit(int status)
{
	syscall(SYS_exit_group, status);
}

in_child void child_fail(struct subject *s, const char *call)
{
	s->failure = errno;
	s->failed_call = call;
	child_exit(127);
}

in_child int child_exec(void *arg)
{
	struct subject *s = arg;
	const struct subject_kind *kind = s->kind;
	bool acts = kind->action != ACTION_NONE;
	char *argv[] = {(char *)(uintptr_t)kind->file,
	                (char *)(uintptr_t)(acts ? SUBJECT_MARK : STILL_MARK),
	                s->ready_arg,
	                s->go_arg,
	                acts ? s->action_arg : NULL,
	                acts ? (char *)(uintptr_t)s->work : NULL,
	                NULL};
	char *envp[] = {NULL};
	uint64_t mask = (uint64_t)1 << s->processor;
	char byte = 0;
	ssize_t n;

	/* In turn, so that what a program counts by processor is spread over all. */
	if (s->processors > 1 && syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask) < 0)
		child_fail(s, "sched_setaffinity");
	/* One by one: a kernel may be built without some of them. */
	for (unsigned flag = 1; flag <= (unsigned)kind->namespaces; flag <<= 1)
		if ((unsigned)kind->namespaces & flag && syscall(SYS_unshare, flag) < 0 && errno != EINVAL)
			child_fail(s, "unshare");
	/* The raw calls change this thread only; glibc's would signal every thread it knows of. */
	if (kind->gid && syscall(SYS_setresgid, kind->gid, kind->gid, kind->gid) < 0)
		child_fail(s, "setresgid");
	if (kind->uid && syscall(SYS_setresuid, kind->uid, kind->uid, kind->uid) < 0)
		child_fail(s, "setresuid");
	/* What is 0 for all processes of the guest would prove nothing. */
	if (kind->under_parent && syscall(SYS_setpgid, 0, 0) < 0)
		child_fail(s, "setpgid");
	s->pid = (pid_t)syscall(SYS_getpid);
	s->tid = (pid_t)syscall(SYS_gettid);
	if (syscall(SYS_write, s->ends.ready_w, &byte, 1) != 1)
		child_fail(s, "write");
	do
		n = syscall(SYS_read, s->ends.go_r, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		child_exit(126);
	syscall(SYS_execve, s->path, argv, envp);
	child_fail(s, "execve");
	return 0;
}

in_child int spawn_in_memory(int (*body)(void *), struct subject *s, unsigned stack, int flags)
{
	return clone(body, s->stacks[stack] + STACK_SIZE, CLONE_VM | flags, s);
}

#define THREAD_FLAGS (CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

in_child void child_sleep(void)
{
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

/* The subject's leader. */
in_child int child_body(void *arg)
{
	struct subject *s = arg;

	syscall(SYS_prctl, PR_SET_NAME, SUBJECT_CALLER_NAME, 0, 0, 0);
	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* The caller's ends would keep the pipes open after its death. */
	syscall(SYS_close, s->ends.ready_r);
	syscall(SYS_close, s->ends.go_w);
	if (syscall(SYS_fcntl, s->ends.ready_w, F_SETFD, 0) < 0 || syscall(SYS_fcntl, s->ends.go_r, F_SETFD, 0) < 0)
		child_fail(s, "fcntl");
	if (!s->kind->from_thread)
		return child_exec(s);
	if (spawn_in_memory(child_exec, s, 3, THREAD_FLAGS) < 0)
		child_fail(s, "clone of a thread");
	child_sleep();
	return 0;
}

/* Forks the subject and stays until it is gone. */
in_child int parent_fork(void *arg)
{
	struct subject *s = arg;
	int status = 0;
	pid_t subject;

	s->parent_tid = (pid_t)syscall(SYS_gettid);
	subject = spawn_in_memory(child_body, s, 2, SIGCHLD);
	if (subject < 0)
		child_fail(s, "clone");
	syscall(SYS_close, s->ends.ready_r);
	syscall(SYS_close, s->ends.go_w);
	syscall(SYS_close, s->ends.ready_w);
	syscall(SYS_close, s->ends.go_r);
	while (syscall(SYS_wait4, subject, &status, 0, NULL) < 0)
		if (errno != EINTR)
			child_exit(125);
	/* as a shell tells of a signal */
	child_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

in_child int parent_body(void *arg)
{
	struct subject *s = arg;

	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	syscall(SYS_prctl, PR_SET_NAME, "cm-parent", 0, 0, 0);
	syscall(SYS_setsid);
	if (!s->kind->parent_thread)
		return parent_fork(s);
	if (spawn_in_memory(parent_fork, s, 1, THREAD_FLAGS) < 0)
		child_fail(s, "clone of a thread");
	child_sleep();
	return 0;
}

int subject_body_start(struct subject *s)
{
	s->parent_tid = (pid_t)syscall(SYS_gettid);
	return s->kind->under_parent ? spawn_in_memory(parent_body, s, 0, SIGCHLD)
	                             : spawn_in_memory(child_body, s, 2, SIGCHLD);
}
