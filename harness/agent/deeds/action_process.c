/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "base/cleanup.h"

/* ---- fork ---- */

/* A subject is one process that does one thing: what its end needs is kept here. */
static struct {
	pid_t pid;
	int held; /* the child lives until this is closed */
} child = {.held = -1};

static _Noreturn void child_wait(int until)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(until, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static void comm_view(struct view *v)
{
	char name[17] = "";

	prctl(PR_GET_NAME, name);
	view_text(v, VIEW_FORKER_COMM, name);
	view_text(v, VIEW_CHILD_COMM, name); /* a child is called like its parent */
}

void action_fork(const char *directory, struct action_result *out)
{
	int fds[2];
	struct view *v;

	(void)directory;
	if (pipe(fds) < 0) {
		action_failed(out, "pipe");
		return;
	}
	child.pid = fork();
	if (child.pid < 0) {
		action_failed(out, "fork");
		return;
	}
	if (child.pid == 0) {
		close(fds[1]);
		child_wait(fds[0]);
	}
	close(fds[0]);
	child.held = fds[1];
	out->child = child.pid;
	v = scene_add(&out->scene);
	view_number(v, VIEW_CHILD_PID, (uint64_t)child.pid);
	view_number(v, VIEW_FORKER, (uint64_t)getpid());
	view_number(v, VIEW_RET, (uint64_t)child.pid);
	comm_view(v);
}

static bool ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return status == 0;
}

int action_fork_end(void)
{
	if (child.held >= 0)
		close(steal_fd(&child.held));
	return child.pid > 0 && !ended_well(child.pid) ? 1 : 0;
}

/* ---- ends ---- */

static void exit_view(struct action_result *out, uint64_t code, uint64_t sig)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_EXIT_CODE, code);
	view_number(v, VIEW_SIG, sig);
}

void action_exit_status(const char *directory, struct action_result *out)
{
	(void)directory;
	exit_view(out, ACTION_END_STATUS << 8, 0);
}

int action_exit_status_end(void)
{
	return ACTION_END_STATUS;
}

void action_exit_signal(const char *directory, struct action_result *out)
{
	(void)directory;
	exit_view(out, ACTION_END_SIGNAL, ACTION_END_SIGNAL);
	/* as those have it who report the status alone, and the signal beside it if at all */
	exit_view(out, 0, ACTION_END_SIGNAL);
}

int action_exit_signal_end(void)
{
	signal(ACTION_END_SIGNAL, SIG_DFL);
	kill(getpid(), ACTION_END_SIGNAL);
	return 1;
}

/* ---- signals ---- */

/* Ignored where nobody handles it, so that any process can be sent one. */
#define SIGNAL_SENT SIGURG
#define SIGNAL_TAKEN SIGUSR2

static volatile sig_atomic_t taken_from, taken_code;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	taken_code = info->si_code;
	taken_from = info->si_pid;
}

static void signal_view(struct action_result *out, int number, pid_t from, pid_t to, int code)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_SIG, (uint64_t)number);
	view_number(v, VIEW_SENDER_PID, (uint64_t)from);
	view_number(v, VIEW_TARGET_PID, (uint64_t)to);
	view_number(v, VIEW_SI_CODE, (uint64_t)(int64_t)code);
	view_number(v, VIEW_RET, 0);
}

/* Signals are blocked but while they are waited for, so none can come between the look and the wait. */
static int signal_take(pid_t sender, const sigset_t *meanwhile, struct action_result *out)
{
	while (!taken_from)
		sigsuspend(meanwhile);
	if (taken_from != sender) {
		errno = EPROTO;
		return action_failed(out, "sigaction");
	}
	signal_view(out, SIGNAL_TAKEN, sender, getpid(), taken_code);
	return 0;
}

void action_signal(const char *directory, struct action_result *out)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
	sigset_t block, before;
	pid_t self = getpid(), parent = getppid(), sender;

	(void)directory;
	sigemptyset(&block);
	sigaddset(&block, SIGNAL_TAKEN);
	if (sigprocmask(SIG_BLOCK, &block, &before) < 0 || sigaction(SIGNAL_TAKEN, &action, NULL) < 0) {
		action_failed(out, "sigaction");
		return;
	}
	sigdelset(&before, SIGNAL_TAKEN);
	if (kill(parent, SIGNAL_SENT) < 0) {
		action_failed(out, "kill");
		return;
	}
	signal_view(out, SIGNAL_SENT, self, parent, SI_USER);
	sender = fork();
	if (sender == 0)
		_exit(syscall(SYS_tgkill, self, self, SIGNAL_TAKEN) < 0);
	if (sender < 0)
		action_failed(out, "fork");
	else if (signal_take(sender, &before, out) == 0 && !ended_well(sender))
		action_failed(out, "tgkill");
}

/* ---- users and groups ---- */

#define NEW_UID 4242u
#define NEW_GID 4343u

static void cred_view(struct action_result *out, uint64_t cap, uint64_t old_uid, uint64_t new_uid, uint64_t old_gid,
                      uint64_t new_gid)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_CAP, cap);
	view_number(v, VIEW_OLD_UID, old_uid);
	view_number(v, VIEW_NEW_UID, new_uid);
	view_number(v, VIEW_OLD_GID, old_gid);
	view_number(v, VIEW_NEW_GID, new_gid);
	view_number(v, VIEW_RET, 0);
}

/* The group first: without the user's rights it could not be changed any more. */
void action_setuid(const char *directory, struct action_result *out)
{
	uint64_t uid = getuid(), gid = getgid();

	(void)directory;
	if (setgid(NEW_GID) < 0) {
		action_failed(out, "setgid");
		return;
	}
	cred_view(out, CAP_SETGID, uid, uid, gid, NEW_GID);
	if (setuid(NEW_UID) < 0) {
		action_failed(out, "setuid");
		return;
	}
	cred_view(out, CAP_SETUID, uid, NEW_UID, NEW_GID, NEW_GID);
}
