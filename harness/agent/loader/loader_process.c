/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* What fits into the pipe while nobody reads; the largest size that needs no privilege. */
#define PIPE_BYTES (1 << 20)

/* What stops a program, in this order. */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGKILL};

/* After the fork; tells its errno through `report` when the program cannot be started. */
static _Noreturn void child_main(const struct loader_command *c, int output, int report)
{
	int null, code;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if ((!c->root || !chroot(c->root)) && !chdir(c->directory) && (null = open("/dev/null", O_RDONLY)) >= 0 &&
	    dup2(null, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
		execve(c->program, c->argv, c->envp);
	code = errno;
	io_write_all(report, &code, sizeof(code));
	_exit(127);
}

/* The errno of the child that could not exec, 0 when it could. */
static int exec_errno(int report)
{
	int code = 0;
	ssize_t n;

	do
		n = read(report, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	return n == sizeof(code) ? code : 0;
}

static void reap(struct loader_process *p)
{
	while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		;
	p->ended = true;
}

int loader_process_start(const struct loader_command *command, struct loader_process *p, struct error *err)
{
	int output[2] = {-1, -1}, report[2] = {-1, -1}, code;

	*p = (struct loader_process){.pid = -1, .pidfd = -1, .output = -1};
	if (pipe2(output, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
		code = errno;
		cleanup_close_fd(&output[0]);
		cleanup_close_fd(&output[1]);
		return error_set(err, code, "%s: cannot make a pipe for it: %s", command->program, strerror(code));
	}
	fcntl(output[0], F_SETPIPE_SZ, PIPE_BYTES);
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	p->pid = fork();
	if (p->pid == 0)
		child_main(command, output[1], report[1]);
	code = p->pid < 0 ? errno : 0;
	close(output[1]);
	close(report[1]);
	p->output = output[0];
	code = code ? code : exec_errno(report[0]);
	close(report[0]);
	if (!code && (p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0)) < 0)
		code = errno;
	return code ? error_set(err, code, "%s: cannot be started in the guest: %s", command->program, strerror(code))
	            : 0;
}

static void take_output(struct loader_process *p)
{
	char bytes[16384];

	while (p->output >= 0) {
		ssize_t n = read(p->output, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		if (n == 0) {
			close(steal_fd(&p->output));
			return;
		}
		buf_add(&p->said, bytes, (size_t)n);
		if (p->said.len > 2 * LOADER_OUTPUT_MAX) {
			buf_consume(&p->said, p->said.len - LOADER_OUTPUT_MAX);
			p->cut = true;
		}
	}
}

bool loader_process_watch(struct loader_process *p, int wait_ms)
{
	int64_t deadline = clock_ms() + wait_ms;

	while (!p->ended) {
		struct pollfd fds[] = {{.fd = p->pidfd, .events = POLLIN}, {.fd = p->output, .events = POLLIN}};
		int64_t left = deadline - clock_ms();
		int n = poll(fds, 2, left > 0 ? (int)left : 0);

		if (n > 0 && fds[1].revents)
			take_output(p);
		if (n > 0 && fds[0].revents) {
			reap(p);
			take_output(p);
		}
		if (left <= 0)
			break;
	}
	return p->ended;
}

void loader_process_stop(struct loader_process *p, int grace_ms)
{
	for (size_t i = 0; i < sizeof(stop_signals) / sizeof(*stop_signals) && !p->ended; i++) {
		p->stop_signal = stop_signals[i];
		kill(-p->pid, p->stop_signal);
		loader_process_watch(p, grace_ms);
	}
	if (!p->ended)
		reap(p);
}

/* A signal it was stopped with: any of those before the last one that was needed, and that one. */
static bool is_stop_signal(const struct loader_process *p, int signal)
{
	for (size_t i = 0; p->stop_signal && i < sizeof(stop_signals) / sizeof(*stop_signals); i++) {
		if (stop_signals[i] == signal)
			return signal != SIGKILL;
		if (stop_signals[i] == p->stop_signal)
			return false;
	}
	return false;
}

/* No times in it: equal ends shall read the same. */
bool loader_process_verdict(const struct loader_process *p, const char *name, char **why)
{
	int code = WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;
	int died_of = WIFSIGNALED(p->status) ? WTERMSIG(p->status) : 0;

	if (p->stop_signal == SIGKILL && died_of == SIGKILL) {
		*why = xasprintf("%s had to be killed: it ended neither on SIGINT nor on SIGTERM", name);
		return false;
	}
	if (p->stop_signal && (code == 0 || is_stop_signal(p, died_of ? died_of : code - 128))) {
		*why = xasprintf("%s ran until it was stopped, and then ended well", name);
		return true;
	}
	if (died_of)
		*why = xasprintf("%s died: %s", name, strsignal(died_of));
	else
		*why = xasprintf("%s ended with status %d%s", name, code, p->stop_signal ? " when it was stopped" : "");
	return code == 0;
}

void loader_process_free(struct loader_process *p)
{
	if (p->pid > 0)
		kill(-p->pid, SIGKILL);
	if (p->pid > 0 && !p->ended) {
		kill(p->pid, SIGKILL);
		reap(p);
	}
	cleanup_close_fd(&p->pidfd);
	cleanup_close_fd(&p->output);
	buf_free(&p->said);
	*p = (struct loader_process){.pid = -1, .pidfd = -1, .output = -1};
}
