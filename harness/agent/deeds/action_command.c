/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of the user's is run as a child, and held where it is about to be gone (PTRACE_EVENT_EXIT): until then all
 * that is known of a process is known of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/command.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* How long it may run before it is told to end, and then before it is ended: a service does not end by itself. */
#define COMMAND_MS 5000
#define GRACE_MS 1000
/* What the kernel keeps of a process's name. */
#define COMM_MAX 15
#define OUTPUT_NAME "cm-command-output"

static pid_t held = -1;

/* Until the parent traces it. */
static void wait_for_parent(int go)
{
	char byte;

	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
}

static _Noreturn void child_main(const struct command *c, const char *output, int input, int go, int report)
{
	static char *no_libraries[] = {"PATH=/usr/bin:/usr/sbin", "HOME=/", "TERM=dumb", "LANG=C.UTF-8", NULL, NULL};
	int out = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (*c->libraries)
		no_libraries[4] = xasprintf("LD_LIBRARY_PATH=%s", c->libraries);
	wait_for_parent(go);
	if (out >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(out, STDERR_FILENO) >= 0)
		execve(c->argv[0], c->argv, no_libraries);
	code = errno;
	io_write_all(report, &code, sizeof(code));
	_exit(127);
}

/* One step of its life; false once it is about to end, is gone, or too much time has passed. */
static bool step(pid_t pid, int64_t deadline, bool *gone)
{
	int64_t left = deadline - clock_ms();
	struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
	int status, event, number = 0;
	sigset_t child;
	pid_t rc;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	rc = waitpid(pid, &status, WNOHANG | __WALL);
	if (rc == 0)
		return left > 0 && (sigtimedwait(&child, NULL, &t) >= 0 || errno == EINTR);
	if (rc < 0 || !WIFSTOPPED(status)) {
		*gone = true;
		return false;
	}
	event = status >> 16;
	if (event == PTRACE_EVENT_EXIT)
		return false;
	if (!event)
		number = WSTOPSIG(status);
	ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)number);
	return true;
}

static bool lead(pid_t pid, int ms)
{
	int64_t deadline = clock_ms() + ms;
	bool gone = false;

	while (step(pid, deadline, &gone))
		;
	held = gone ? -1 : pid;
	return gone || clock_ms() < deadline;
}

static void describe(const struct command *c, pid_t pid, struct action_result *out)
{
	struct view *v = scene_add(&out->scene);
	cleanup_free char *line = xstrndup(c->input, strcspn(c->input, "\n"));
	cleanup_free char *name = xstrndup(io_basename(c->argv[0]), COMM_MAX);

	view_number(v, VIEW_CHILD_PID, (uint64_t)pid);
	view_number(v, VIEW_FORKER, (uint64_t)getpid());
	view_text(v, VIEW_CHILD_COMM, name);
	if (*line)
		view_text(v, VIEW_LINE, line);
}

/* What it could not be started for, 0. */
static int start_errno(int report)
{
	int code = 0;
	ssize_t n;

	do
		n = read(report, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	return n == sizeof(code) ? code : 0;
}

static void run(const struct command *c, const char *output, struct action_result *out)
{
	int input[2], go[2], report[2];
	sigset_t child;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	if (pipe2(input, O_CLOEXEC) || pipe2(go, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
		action_failed(out, "pipe");
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(input[1]);
		close(go[1]);
		sigprocmask(SIG_UNBLOCK, &child, NULL);
		child_main(c, output, input[0], go[0], report[1]);
	}
	close(input[0]);
	close(report[1]);
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, NULL, (void *)(uintptr_t)PTRACE_O_TRACEEXIT) < 0) {
		action_failed(out, pid < 0 ? "fork" : "ptrace");
		return;
	}
	signal(SIGPIPE, SIG_IGN); /* it may read less than all of its input */
	io_write_all(input[1], c->input, strlen(c->input));
	close(input[1]);
	close(go[1]);
	if (!lead(pid, COMMAND_MS) && kill(pid, SIGTERM) == 0 && !lead(pid, GRACE_MS) && kill(pid, SIGKILL) == 0)
		lead(pid, GRACE_MS);
	errno = start_errno(report[0]);
	if (errno) {
		action_failed(out, "exec");
		return;
	}
	out->child = held > 0 ? held : 0;
	describe(c, pid, out);
}

void action_command(const char *directory, struct action_result *out)
{
	cleanup_free char *output = xasprintf("%s/" OUTPUT_NAME, directory);
	cleanup_buf struct buf text = {0};
	struct command c;

	if (command_find(directory, &text, &c))
		out->skipped = true;
	else
		run(&c, output, out);
	free(c.argv);
}

int action_command_end(void)
{
	if (held <= 0)
		return 0;
	ptrace(PTRACE_DETACH, held, NULL, NULL);
	while (waitpid(held, NULL, __WALL) < 0 && errno == EINTR)
		;
	return 0;
}
