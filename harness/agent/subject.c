/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/still.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* How long one step of a subject may take; only a broken guest, or an object that blocks execs, comes near. */
#define STEP_DEADLINE_MS 20000
#define SUBJECT_MARK "--corematrix-subject"
/* Before the exec; set apart from the files' names so that a stale comm shows. */
#define CALLER_NAME "cm-caller"
/* Far more than the handful of frames need; untouched pages cost nothing. */
#define STACK_SIZE (64u * 1024u)

/* A pid namespace is for children only, a network namespace takes long to end, and a user namespace takes rights away.
 */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC)

#define EXEC .group = WORKLOAD_EXEC, .triggers = TRIGGER_EXEC
#define FILES .group = WORKLOAD_FILE, .triggers = TRIGGER_FILE, .action = ACTION_FILE, .noisy = true
#define TCP(version) .group = WORKLOAD_TCP, .triggers = TRIGGER_TCP##version, .action = ACTION_TCP##version
#define UDP(version) .group = WORKLOAD_UDP, .triggers = TRIGGER_UDP##version, .action = ACTION_UDP##version
#define EXIT .group = WORKLOAD_FORK, .triggers = TRIGGER_EXIT
#define DOES(name) .group = WORKLOAD_##name, .triggers = TRIGGER_##name, .action = ACTION_##name

/* The odd name has all that breaks a naive reader of stat, within the 15 bytes that are kept of it. */
static const struct subject_kind kinds[] = {
        {.name = "exec", EXEC, .file = "cm-exec"},
        {.name = "exec-thread", EXEC, .file = "cm-exec-thread", .from_thread = true},
        {.name = "exec-child", EXEC, .file = "cm-exec-child", .under_parent = true},
        {.name = "exec-thread-child", EXEC, .file = "cm-thread-child", .under_parent = true, .parent_thread = true},
        {.name = "exec-comm", EXEC, .file = "cm) R 1 2 (x-and-more", .odd_name = true},
        {.name = "exec-uid", EXEC, .file = "cm-exec-uid", .uid = 4242, .gid = 4343, .namespaces = NAMESPACES},
        {.name = "exec-traced", EXEC, .file = "cm-exec-traced", .under_parent = true, .traced = true},
        {.name = "file", FILES, .file = "cm-file"},
        {.name = "file-uid", FILES, .file = "cm-file-uid", .uid = 4242, .gid = 4343, .under_parent = true},
        {.name = "tcp4", TCP(4), .file = "cm-tcp4"},
        {.name = "tcp6", TCP(6), .file = "cm-tcp6", .uid = 4242, .gid = 4343},
        {.name = "fork", DOES(FORK), .file = "cm-fork", .under_parent = true},
        {.name = "exit", EXIT, .file = "cm-exit", .action = ACTION_EXIT_STATUS, .uid = 4242, .gid = 4343},
        {.name = "exit-signal", EXIT, .file = "cm-exit-signal", .action = ACTION_EXIT_SIGNAL},
        {.name = "udp4", UDP(4), .file = "cm-udp4"},
        {.name = "udp6", UDP(6), .file = "cm-udp6", .uid = 4242, .gid = 4343},
        {.name = "signal", DOES(SIGNAL), .file = "cm-signal", .under_parent = true},
        {.name = "mmap", DOES(MMAP), .file = "cm-mmap", .noisy = true},
        {.name = "mount", DOES(MOUNT), .file = "cm-mount", .namespaces = CLONE_NEWNS},
        {.name = "setuid", DOES(SETUID), .file = "cm-setuid"},
        {.name = "timer", DOES(TIMER), .file = "cm-timer", .noisy = true},
        {.name = "cgroup", DOES(CGROUP), .file = "cm-cgroup", .noisy = true},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

struct subject_stage {
	char *directory;
	char *work; /* within it; anybody may make files there */
};

struct pipe_ends {
	int ready_r, ready_w; /* one byte per step reached */
	int go_r, go_w;       /* one byte lets it exec, the end of the file lets it end */
};

/* Shared with the child until its exec: the child writes the ids and the errno, the pipe orders it. */
struct subject {
	const struct subject_kind *kind;
	char *path;
	char ready_arg[16], go_arg[16], action_arg[16];
	const char *work;       /* the stage's */
	struct pipe_ends ends;  /* as the child finds them: never changed once it runs */
	struct pipe_ends owned; /* the caller's: -1 when closed */
	pid_t root;             /* child of the caller: the subject, or the process above it */
	volatile pid_t pid, tid, parent_tid;
	volatile int failure; /* errno of what the child could not do */
	const char *volatile failed_call;
	bool reaped;
	bool seized;     /* traced: its end has to be waited for before its parent can see it */
	char *stacks[4]; /* parent, its thread, subject, its thread */
};

const struct subject_kind *subject_kinds(size_t *count)
{
	*count = KIND_COUNT;
	return kinds;
}

int subject_stage_open(struct subject_stage **stage, struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *directory = xasprintf("%s/corematrix-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct subject_stage *made;

	if (!mkdtemp(directory))
		return error_set(err, errno, "cannot make a directory %s: %s", directory, strerror(errno));
	made = xcalloc(1, sizeof(*made));
	made->directory = steal_ptr(directory);
	/* Subjects that gave up root must get through it. */
	if (chmod(made->directory, 0711) < 0) {
		int rc = error_set(err, errno, "cannot open %s to other users: %s", made->directory, strerror(errno));

		subject_stage_close(made);
		return rc;
	}
	made->work = xasprintf("%s/work", made->directory);
	if (mkdir(made->work, 0777) < 0 || chmod(made->work, 01777) < 0) {
		int rc = error_set(err, errno, "cannot make a directory %s: %s", made->work, strerror(errno));

		subject_stage_close(made);
		return rc;
	}
	*stage = made;
	return 0;
}

void subject_stage_close(struct subject_stage *stage)
{
	if (!stage)
		return;
	io_remove_tree(stage->directory, NULL);
	free(stage->work);
	free(stage->directory);
	free(stage);
}

/*
 * From here to subject_body_start: what runs in the caller's memory, on a stack of its own, beside the caller. System
 * calls only: no allocation, no stdio, no locks. The sanitizer does not know these stacks. errno is the caller's too,
 * who is waiting on the pipe meanwhile.
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
	char byte = 0;
	ssize_t n;

	/* One by one: a kernel may be built without some of them. */
	for (unsigned flag = 1; flag <= NAMESPACES; flag <<= 1)
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

	syscall(SYS_prctl, PR_SET_NAME, CALLER_NAME, 0, 0, 0);
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
	child_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 124);
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

static int subject_body_start(struct subject *s)
{
	s->parent_tid = (pid_t)syscall(SYS_gettid);
	return s->kind->under_parent ? spawn_in_memory(parent_body, s, 0, SIGCHLD)
	                             : spawn_in_memory(child_body, s, 2, SIGCHLD);
}

/* Wait for one byte (1) or the end of the file (0) on `fd`; -ETIME when neither comes. */
static int pipe_wait(int fd)
{
	int64_t deadline = clock_ms() + STEP_DEADLINE_MS;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_ms();
		char byte;
		ssize_t n;

		if (left <= 0)
			return -ETIME;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(fd, &byte, 1);
		if (n >= 0)
			return (int)n;
		if (errno != EINTR)
			return -errno;
	}
}

static int step_wait(struct subject *s, const char *step, struct error *err)
{
	int rc = pipe_wait(s->owned.ready_r);

	if (rc == 1)
		return 0;
	if (rc == 0 && s->failure)
		return error_set(err, s->failure, "workload %s: %s failed in the subject: %s", s->kind->name,
		                 s->failed_call, strerror(s->failure));
	if (rc == 0)
		return error_set(err, ECHILD, "workload %s: the subject died before it was %s", s->kind->name, step);
	return error_set(err, -rc, "workload %s: the subject was not %s within %d s", s->kind->name, step,
	                 STEP_DEADLINE_MS / 1000);
}

int subject_spawn(struct subject_stage *stage, const struct subject_kind *kind, struct subject **out, struct error *err)
{
	cleanup_subject struct subject *s = xcalloc(1, sizeof(*s));
	int ready[2] = {-1, -1}, go[2] = {-1, -1};
	int rc;

	s->kind = kind;
	s->path = xasprintf("%s/%s", stage->directory, kind->file);
	s->work = stage->work;
	for (size_t i = 0; i < sizeof(s->stacks) / sizeof(s->stacks[0]); i++)
		s->stacks[i] = xrealloc(NULL, 1, STACK_SIZE); /* not zeroed: most of it is never touched */
	rc = pipe2(ready, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0 ? -errno : 0;
	s->ends = s->owned = (struct pipe_ends){ready[0], ready[1], go[0], go[1]};
	if (rc < 0)
		return error_set(err, -rc, "cannot make a pipe: %s", strerror(-rc));
	if (symlink("/proc/self/exe", s->path) < 0 && errno != EEXIST)
		return error_set(err, errno, "cannot link %s: %s", s->path, strerror(errno));
	snprintf(s->ready_arg, sizeof(s->ready_arg), "%d", s->ends.ready_w);
	snprintf(s->go_arg, sizeof(s->go_arg), "%d", s->ends.go_r);
	snprintf(s->action_arg, sizeof(s->action_arg), "%d", (int)kind->action);

	s->root = subject_body_start(s);
	if (s->root < 0)
		return error_set(err, errno, "workload %s: cannot clone a process: %s", kind->name, strerror(errno));
	/* go_r stays: with a reader left, writing to a subject that died raises no SIGPIPE. */
	close(steal_fd(&s->owned.ready_w));
	rc = step_wait(s, "ready to exec", err);
	if (rc < 0)
		return rc;
	/* Seized, and without options, it goes on as if nobody looked. */
	if (kind->traced && ptrace(PTRACE_SEIZE, s->pid, NULL, NULL) < 0)
		return error_set(err, errno, "workload %s: cannot trace the subject: %s", kind->name, strerror(errno));
	s->seized = kind->traced;
	*out = steal_ptr(s);
	return 0;
}

int subject_exec(struct subject *s, struct error *err)
{
	int rc = io_write_all(s->owned.go_w, "", 1);

	if (rc < 0)
		return error_set(err, -rc, "workload %s: the subject is gone: %s", s->kind->name, strerror(-rc));
	rc = step_wait(s, "ready after its exec", err);
	if (rc == 0)
		s->tid = s->pid; /* the thread that execs takes the leader's place */
	return rc;
}

int subject_act(struct subject *s, struct action_result *result, struct error *err)
{
	int rc = io_write_all(s->owned.go_w, "", 1);
	size_t got = 0;

	if (rc < 0)
		return error_set(err, -rc, "workload %s: the subject is gone: %s", s->kind->name, strerror(-rc));
	rc = step_wait(s, "done with its action", err);
	if (rc < 0)
		return rc;
	while (got < sizeof(*result)) {
		ssize_t n = read(s->owned.ready_r, (char *)result + got, sizeof(*result) - got);

		if (n == 0 || (n < 0 && errno != EINTR))
			return error_set(err, ECHILD, "workload %s: the subject died before it told what it did",
			                 s->kind->name);
		got += n > 0 ? (size_t)n : 0;
	}
	if (result->failure && !result->skipped)
		return error_set(err, result->failure, "workload %s: %.*s failed in the subject: %s", s->kind->name,
		                 (int)sizeof(result->failed_call), result->failed_call, strerror(result->failure));
	return 0;
}

static int root_reap(struct subject *s)
{
	int status = 0;

	while (waitpid(s->root, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	s->reaped = true;
	return status;
}

static void tracee_reap(struct subject *s)
{
	while (s->seized && waitpid(s->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	s->seized = false;
}

int subject_finish(struct subject *s, struct error *err)
{
	int status;

	close(steal_fd(&s->owned.go_w));
	if (pipe_wait(s->owned.ready_r) != 0)
		return error_set(err, ETIME, "workload %s: the subject does not end", s->kind->name);
	tracee_reap(s);
	status = root_reap(s);
	if (status < 0)
		return error_set(err, -status, "workload %s: cannot reap the subject: %s", s->kind->name,
		                 strerror(-status));
	if (status != action_wait_status(s->kind->action))
		return error_set(err, ECHILD, "workload %s: the subject ended with wait status 0x%x", s->kind->name,
		                 (unsigned)status);
	return 0;
}

pid_t subject_pid(const struct subject *s)
{
	return s->pid;
}

pid_t subject_tid(const struct subject *s)
{
	return s->tid;
}

const char *subject_path(const struct subject *s)
{
	return s->path;
}

const char *subject_stage_directory(const struct subject_stage *stage)
{
	return stage->work;
}

pid_t subject_parent_tid(const struct subject *s)
{
	return s->parent_tid;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(steal_fd(fd));
}

void subject_free(struct subject *s)
{
	bool quiet = true;
	int rc;

	if (!s)
		return;
	close_if_open(&s->owned.go_w);
	close_if_open(&s->owned.go_r);
	close_if_open(&s->owned.ready_w);
	if (s->root > 0 && !s->reaped) {
		if (s->pid > 0)
			kill(s->pid, SIGKILL);
		tracee_reap(s);
		kill(s->root, SIGKILL);
		root_reap(s);
		/* A subject under a parent is not ours to reap: the end of its pipe says that it left our memory. */
		do
			rc = pipe_wait(s->owned.ready_r);
		while (rc == 1);
		quiet = rc == 0;
	}
	close_if_open(&s->owned.ready_r);
	if (!quiet)
		return; /* something may still run on these stacks: better to lose them than to reuse them */
	for (size_t i = 0; i < sizeof(s->stacks) / sizeof(s->stacks[0]); i++)
		free(s->stacks[i]);
	free(s->path);
	free(s);
}

/* An empty pipe takes all of it at once; the reader waits for the rest that may still be on its way. */
static bool act_and_tell(enum action action, const char *directory, int ready)
{
	static struct action_result result;

	action_perform(action, directory, &result);
	return write(ready, "", 1) == 1 && io_write_all(ready, &result, sizeof(result)) == 0;
}

void subject_main_if_subject(int argc, char **argv)
{
	char byte = 0;
	int ready, go;

	still_if_asked(argc, (const char *const *)argv);
	if (argc != 6 || strcmp(argv[1], SUBJECT_MARK) != 0)
		return;
	ready = atoi(argv[2]);
	go = atoi(argv[3]);
	if (write(ready, &byte, 1) != 1)
		_exit(126);
	for (;;) {
		ssize_t n = read(go, &byte, 1);

		if (n == 0)
			_exit(action_end((enum action)atoi(argv[4])));
		if (n == 1 && !act_and_tell((enum action)atoi(argv[4]), argv[5], ready))
			_exit(126);
		if (n < 0 && errno != EINTR)
			_exit(126);
	}
}
