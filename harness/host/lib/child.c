/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

static const size_t default_max_output = 64u << 20;

struct stream {
	int fd; /* -1 after its end */
	struct buf *out;
	bool sunk; /* goes to the sink */
};

static pid_t wait_for(pid_t pid, int *status)
{
	pid_t got;

	do
		got = waitpid(pid, status, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

/* In the child: die with the parent, even when it died before this was asked for; take signals as a fresh program. */
static void child_settle(pid_t parent)
{
	static const int defaulted[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD, SIGALRM};
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	for (size_t i = 0; i < sizeof(defaulted) / sizeof(defaulted[0]); i++)
		signal(defaulted[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void limit(__rlimit_resource_t what, uint64_t most)
{
	/* of processor time: what is past the first is told so by SIGXCPU, what is past the second is killed */
	const struct rlimit limits = {most, most + (what == RLIMIT_CPU)};

	if (most && setrlimit(what, &limits))
		_exit(126);
}

/* `out` -1: nobody's; `err` -1: ours. */
static _Noreturn void child_exec(const char *path, const char *const *argv, pid_t parent, int out, int err, int failed)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), code;

	child_settle(parent);
	/* Whoever opened it, no descriptor of ours is the program's business. Needs Linux 5.11; before, close-on-exec.
	 */
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	/* Messages are read by this program: keep them in one language. */
	setenv("LC_ALL", "C.UTF-8", 1);
	if (null >= 0 && dup2(null, 0) >= 0 && dup2(out < 0 ? null : out, 1) >= 0 && (err < 0 || dup2(err, 2) >= 0))
		execvp(path, (char *const *)argv);
	code = errno;
	/* The pipe holds an int at any time; a reader that is gone is a parent that is gone. */
	if (write(failed, &code, sizeof(code)) != (ssize_t)sizeof(code))
		_exit(126);
	_exit(127);
}

/* Wait until exec happened (the pipe closes) or its errno came. */
static int exec_result(int fd)
{
	int code = 0;
	ssize_t n;

	do
		n = read(fd, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(code) ? code : 0;
}

/* Take what one stream has. Returns 0, a negative errno, or what the sink returned. */
static int stream_read(struct stream *s, const struct child_options *o)
{
	size_t chunk = 65536, max = o->max_output ? o->max_output : default_max_output;
	char *at = buf_reserve(s->out, chunk);
	ssize_t n = read(s->fd, at, chunk);

	if (n <= 0)
		*at = '\0';
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n == 0) {
		close(s->fd);
		s->fd = -1;
		return 0;
	}
	if (s->sunk)
		return o->sink(o->ctx, at, (size_t)n);
	s->out->len += (size_t)n;
	s->out->data[s->out->len] = '\0';
	return s->out->len > max ? -EFBIG : 0;
}

static int streams_pump(struct stream *streams, const struct child_options *o, bool *timed_out)
{
	int64_t deadline = o->timeout_ms ? clock_ms() + o->timeout_ms : 0;

	while (streams[0].fd >= 0 || streams[1].fd >= 0) {
		struct pollfd fds[2] = {{.fd = streams[0].fd, .events = POLLIN},
		                        {.fd = streams[1].fd, .events = POLLIN}};
		int64_t left = deadline ? deadline - clock_ms() : -1;

		if (deadline && left <= 0) {
			*timed_out = true;
			return 0;
		}
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++) {
			int rc = fds[i].revents && streams[i].fd >= 0 ? stream_read(&streams[i], o) : 0;

			if (rc)
				return rc;
		}
	}
	return 0;
}

int child_run(const char *const *argv, const struct child_options *o, struct child_result *result, struct error *err)
{
	static const struct child_options defaults;
	cleanup_close int out_read = -1, err_read = -1, failed_read = -1;
	cleanup_close int out_write = -1, err_write = -1, failed_write = -1;
	int pipes[3][2], code, rc;
	pid_t parent = getpid(), pid;

	*result = (struct child_result){0};
	if (!o)
		o = &defaults;
	for (int i = 0; i < 3; i++) {
		if (pipe2(pipes[i], O_CLOEXEC)) {
			code = errno;
			while (i--) {
				close(pipes[i][0]);
				close(pipes[i][1]);
			}
			return error_set(err, code, "cannot run %s: no pipe: %s", argv[0], strerror(code));
		}
	}
	out_read = pipes[0][0], out_write = pipes[0][1];
	err_read = pipes[1][0], err_write = pipes[1][1];
	failed_read = pipes[2][0], failed_write = pipes[2][1];

	pid = fork();
	if (pid < 0)
		return error_set(err, errno, "cannot run %s: no process: %s", argv[0], strerror(errno));
	if (pid == 0) {
		limit(RLIMIT_FSIZE, o ? o->max_file : 0);
		limit(RLIMIT_AS, o ? o->max_memory : 0);
		limit(RLIMIT_CPU, o ? o->max_cpu_seconds : 0);
		child_exec(argv[0], argv, parent, out_write, err_write, failed_write);
	}
	close(steal_fd(&out_write));
	close(steal_fd(&err_write));
	close(steal_fd(&failed_write));

	code = exec_result(failed_read);
	if (code) {
		wait_for(pid, &result->wait_status);
		return error_set(err, code, "cannot run %s: %s%s", argv[0], strerror(code),
		                 code == ENOENT ? "; install the program that provides it" : "");
	}
	struct stream streams[2] = {{.fd = steal_fd(&out_read), .out = &result->out, .sunk = o->sink != NULL},
	                            {.fd = steal_fd(&err_read), .out = &result->err}};

	rc = streams_pump(streams, o, &result->timed_out);
	if (rc || result->timed_out)
		kill(pid, SIGKILL);
	for (int i = 0; i < 2; i++)
		if (streams[i].fd >= 0)
			close(streams[i].fd);
	wait_for(pid, &result->wait_status);
	if (rc == -EFBIG)
		return error_set(err, EFBIG, "%s wrote more than %zu bytes, the most that is kept; it was stopped",
		                 argv[0], o->max_output ? o->max_output : default_max_output);
	if (rc < 0)
		return error_set(err, -rc, "reading from %s failed: %s", argv[0], strerror(-rc));
	return rc;
}

bool child_ok(const struct child_result *result)
{
	return !result->timed_out && WIFEXITED(result->wait_status) && !WEXITSTATUS(result->wait_status);
}

static char *describe_status(int status)
{
	if (WIFSIGNALED(status))
		return xasprintf("was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	return xasprintf("exited with status %d", WEXITSTATUS(status));
}

char *child_describe(const struct child_result *result)
{
	if (result->timed_out)
		return xstrdup("took longer than allowed");
	return describe_status(result->wait_status);
}

void child_result_free(struct child_result *result)
{
	buf_free(&result->out);
	buf_free(&result->err);
	*result = (struct child_result){0};
}

/* Wait for its end, and pass on what asks us to stop: `signals`, blocked, are that and SIGCHLD. */
static void follow(pid_t pid, const sigset_t *signals, int *wait_status, bool *stopped)
{
	*stopped = false;
	while (waitpid(pid, wait_status, WNOHANG) == 0) {
		int number = sigwaitinfo(signals, NULL);

		if (number <= 0 || number == SIGCHLD)
			continue;
		*stopped = true;
		kill(pid, number);
	}
}

int child_follow(const char *path, const char *const *argv, int *wait_status, bool *stopped, struct error *err)
{
	cleanup_close int failed_read = -1, failed_write = -1;
	int pipe_fds[2], code;
	pid_t parent = getpid(), pid;
	sigset_t signals, old;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return error_set(err, errno, "cannot run %s: no pipe: %s", path, strerror(errno));
	failed_read = pipe_fds[0], failed_write = pipe_fds[1];
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &old);
	pid = fork();
	if (pid == 0) {
		/* A terminal's interrupt goes to us alone, and from us to it: it would count two. */
		setpgid(0, 0);
		child_exec(path, argv, parent, -1, -1, failed_write);
	}
	code = pid < 0 ? errno : 0;
	close(steal_fd(&failed_write));
	code = code ? code : exec_result(failed_read);
	if (code && pid > 0)
		wait_for(pid, wait_status);
	if (!code)
		follow(pid, &signals, wait_status, stopped);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return code ? error_set(err, code, "cannot run %s: %s", path, strerror(code)) : 0;
}

/* What a worker sends home before the text of its error. */
struct worker_answer {
	int rc;
	int code;
	enum exit_status status;
};

static _Noreturn void worker_main(pid_t parent, int report, int (*work)(void *ctx, struct error *err), void *ctx)
{
	struct error err = {0};
	struct worker_answer answer = {0};

	child_settle(parent);
	answer.rc = work(ctx, &err);
	answer.code = err.code;
	answer.status = err.status;
	if (io_write_all(report, &answer, sizeof(answer)) ||
	    (err.text && io_write_all(report, err.text, strlen(err.text))))
		_exit(125);
	error_clear(&err);
	_exit(0);
}

int child_worker_start(struct child_worker *w, int (*work)(void *ctx, struct error *err), void *ctx, struct error *err)
{
	pid_t parent = getpid();
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC))
		return error_set(err, errno, "cannot start a worker: no pipe: %s", strerror(errno));
	w->pid = fork();
	if (w->pid < 0) {
		int code = errno;

		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return error_set(err, code, "cannot start a worker: no process: %s", strerror(code));
	}
	if (w->pid == 0) {
		close(pipe_fds[0]);
		worker_main(parent, pipe_fds[1], work, ctx);
	}
	close(pipe_fds[1]);
	w->report = pipe_fds[0];
	return 0;
}

int child_worker_wait(struct child_worker *w, struct error *err)
{
	cleanup_buf struct buf said = {0};
	struct worker_answer answer;
	int status = 0;
	ssize_t n;

	do {
		char *at = buf_reserve(&said, 4096);

		n = read(w->report, at, 4096);
		if (n > 0)
			said.len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	buf_reserve(&said, 0)[0] = '\0';
	close(steal_fd(&w->report));
	wait_for(w->pid, &status);
	w->pid = -1;
	if (said.len < sizeof(answer) || !WIFEXITED(status) || WEXITSTATUS(status)) {
		cleanup_free char *how = describe_status(status);

		/* by a filter of whoever runs this program: the jail's refuses, and does not kill (jail.h) */
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
			return error_set(
			        err, EIO,
			        "the worker process made a system call for which it was killed: a fault of the harness, or of the container it runs in");
		return error_set(err, EIO, "the worker process %s before it answered", how);
	}
	memcpy(&answer, said.data, sizeof(answer));
	if (!answer.rc)
		return 0;
	error_set(err, answer.code ? answer.code : EIO, "%s", said.data + sizeof(answer));
	if (err)
		err->status = answer.status;
	return answer.rc;
}

void child_worker_kill(struct child_worker *w)
{
	int status;

	if (w->pid <= 0)
		return;
	kill(w->pid, SIGKILL);
	wait_for(w->pid, &status);
	close(steal_fd(&w->report));
	w->pid = -1;
}
