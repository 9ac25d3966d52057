/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "agent/loader/processors.h"
#include "agent/tracer/trace_call.h"
#include "agent/tracer/trace_filter.h"
#include "agent/tracer/tracer.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* What fits into the pipe while nobody reads; the largest size that needs no privilege. */
#define PIPE_BYTES (1 << 20)

/* What is read of it at once: one that prints without end is not to keep the reader from all else. */
#define READ_BYTES 16384u
#define READS_MAX (2 * PIPE_BYTES / READ_BYTES)

/* How often it is looked, in the time that one who is stopped has, and how much longer it may take when it is busy. */
#define GRACE_STEPS 5
#define GRACE_TIMES 10

/* The guard's own status when it gave up on a loader that has too many processes. */
#define GUARD_TOO_MANY 121

/* What stops a program, in this order. */
static const int stop_signals[] = {SIGINT, SIGTERM, SIGKILL};

/* The pipes between the three of them; -1: closed. */
struct pipes {
	int output[2]; /* what the loader prints */
	int apart[2];  /* one of its two streams, if that is asked for */
	int report[2]; /* its id, by the guard, and the errno of an exec that failed, by itself */
	int end[2];    /* its wait status, by the guard */
	int go[2];     /* it may go on: whether it is traced */
};

static void pair_close(int pair[2])
{
	cleanup_close_fd(&pair[0]);
	cleanup_close_fd(&pair[1]);
	pair[0] = pair[1] = -1;
}

static void pipes_close(struct pipes *p)
{
	pair_close(p->output);
	pair_close(p->apart);
	pair_close(p->report);
	pair_close(p->end);
	pair_close(p->go);
}

/* Both ends of a terminal that changes nothing and has long lines. */
static bool terminal_open(const char *ptmx, int pair[2])
{
	const struct winsize size = {.ws_row = 50, .ws_col = 500};
	struct termios mode;
	int unlocked = 0;

	pair[0] = open(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pair[0] >= 0 && !ioctl(pair[0], TIOCSPTLCK, &unlocked))
		pair[1] = ioctl(pair[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pair[1] < 0 || tcgetattr(pair[1], &mode)) {
		pair_close(pair);
		return false;
	}
	cfmakeraw(&mode);
	tcsetattr(pair[1], TCSANOW, &mode);
	ioctl(pair[1], TIOCSWINSZ, &size);
	return true;
}

static int pipes_open(struct pipes *p, const char *terminal, bool apart)
{
	int code;

	*p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
	if (((terminal && terminal_open(terminal, p->output)) || !pipe2(p->output, O_CLOEXEC)) &&
	    (!apart || !pipe2(p->apart, O_CLOEXEC)) && !pipe2(p->report, O_CLOEXEC) && !pipe2(p->end, O_CLOEXEC) &&
	    !pipe2(p->go, O_CLOEXEC))
		return 0;
	code = errno;
	pipes_close(p);
	return code;
}

/* Up to `len` bytes, as many as come before the end; returns how many. */
static size_t take(int fd, void *out, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len && ((n = read(fd, (char *)out + done, len - done)) > 0 || (n < 0 && errno == EINTR)))
		done += n > 0 ? (size_t)n : 0;
	return done;
}

/* What the tracer could not do, among what it saw. */
static void note(int records, const char *text)
{
	struct trace_call call = {.kind = TRACE_NOTE, .text = (char *)(uintptr_t)text};
	cleanup_buf struct buf bytes = {0};

	if (records < 0)
		return;
	trace_call_add(&bytes, &call);
	io_write_all(records, bytes.data, bytes.len);
}

static void filter_install(int records)
{
	int rc = trace_filter_install();

	if (rc) {
		cleanup_free char *text = xasprintf("the kernel takes no seccomp filter: %s", strerror(-rc));

		note(records, text);
	}
}

/* Where one of its two streams goes. */
static int stream_target(const struct loader_command *c, const struct pipes *p, int stream)
{
	return c->apart == stream ? p->apart[1] : p->output[1];
}

/* After the second fork; tells its errno when the program cannot be started. */
static _Noreturn void loader_main(const struct loader_command *c, const struct pipes *p)
{
	bool traced = false;
	int null, code;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	close(p->go[1]);
	if (take(p->go[0], &traced, sizeof(traced)) != sizeof(traced))
		_exit(127);
	if (traced)
		filter_install(c->records);
	if ((!c->root || !chroot(c->root)) && !chdir(c->directory) && (null = open("/dev/null", O_RDONLY)) >= 0 &&
	    dup2(null, STDIN_FILENO) >= 0 && dup2(stream_target(c, p, STDOUT_FILENO), STDOUT_FILENO) >= 0 &&
	    dup2(stream_target(c, p, STDERR_FILENO), STDERR_FILENO) >= 0)
		execve(c->program, c->argv, c->envp);
	code = errno;
	io_write_all(p->report[1], &code, sizeof(code));
	_exit(127);
}

static void tell_end(void *ctx, int status)
{
	const struct pipes *p = ctx;

	io_write_all(p->end[1], &status, sizeof(status));
}

static bool seize(pid_t pid, int records)
{
	cleanup_error struct error err = {0};

	if (records < 0)
		return false;
	if (!tracer_seize(pid, &err))
		return true;
	note(records, err.text);
	return false;
}

/* After the first fork. */
static _Noreturn void guard_main(const struct loader_command *c, struct pipes *p)
{
	struct tracer tracer = {.records = c->records};
	bool traced;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tracer.program = fork();
	if (tracer.program == 0)
		loader_main(c, p);
	traced = tracer.program > 0 && seize(tracer.program, c->records);
	io_write_all(p->report[1], &tracer.program, sizeof(tracer.program));
	io_write_all(p->go[1], &traced, sizeof(traced));
	/* or their ends are not seen */
	pair_close(p->output);
	pair_close(p->apart);
	pair_close(p->report);
	pair_close(p->go);
	_exit(tracer_follow(&tracer, tell_end, p) ? GUARD_TOO_MANY : 0);
}

/* How the loader ended; when the guard cannot tell, for somebody ended it, how that did. */
static void reap(struct loader_process *p)
{
	if (take(p->end, &p->status, sizeof(p->status)) != sizeof(p->status)) {
		while (waitpid(p->guard, &p->status, 0) < 0 && errno == EINTR)
			;
		p->guard = -1;
		p->without_guard = true;
	}
	p->ended = true;
}

int loader_process_start(const struct loader_command *command, struct loader_process *p, struct error *err)
{
	struct pipes pipes;
	int code = pipes_open(&pipes, command->terminal, command->apart), failed = 0;

	*p = loader_process_none;
	if (code)
		return error_set(err, code, "%s: cannot make a pipe for it: %s", command->program, strerror(code));
	fcntl(pipes.output[0], F_SETPIPE_SZ, PIPE_BYTES);
	fcntl(pipes.output[0], F_SETFL, O_NONBLOCK);
	fcntl(pipes.apart[0], F_SETFL, O_NONBLOCK);
	p->guard = fork();
	if (p->guard == 0)
		guard_main(command, &pipes);
	code = p->guard < 0 ? errno : 0;
	close(steal_fd(&pipes.output[1]));
	cleanup_close_fd(&pipes.apart[1]);
	pipes.apart[1] = -1;
	close(steal_fd(&pipes.report[1]));
	close(steal_fd(&pipes.end[1]));
	if (!code && take(pipes.report[0], &p->pid, sizeof(p->pid)) != sizeof(p->pid))
		code = EAGAIN;
	if (!code && take(pipes.report[0], &failed, sizeof(failed)) == sizeof(failed))
		code = failed;
	p->output.fd = steal_fd(&pipes.output[0]);
	p->apart.fd = steal_fd(&pipes.apart[0]);
	p->end = steal_fd(&pipes.end[0]);
	pipes_close(&pipes);
	return code ? error_set(err, code, "%s: cannot be started in the guest: %s", command->program, strerror(code))
	            : 0;
}

static void take_output(struct loader_stream *s)
{
	char bytes[READ_BYTES];

	for (unsigned i = 0; s->fd >= 0 && i < READS_MAX; i++) {
		ssize_t n = read(s->fd, bytes, sizeof(bytes));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EIO)
			return;
		/* a terminal that nobody has open any more says EIO */
		if (n <= 0) {
			close(steal_fd(&s->fd));
			return;
		}
		buf_add(&s->said, bytes, (size_t)n);
		if (s->said.len > 2 * LOADER_OUTPUT_MAX) {
			s->dropped += s->said.len - LOADER_OUTPUT_MAX;
			buf_consume(&s->said, s->said.len - LOADER_OUTPUT_MAX);
		}
	}
}

bool loader_process_watch(struct loader_process *p, int wait_ms)
{
	int64_t deadline = clock_ms() + wait_ms;

	while (!p->ended) {
		struct pollfd fds[] = {{.fd = p->end, .events = POLLIN},
		                       {.fd = p->output.fd, .events = POLLIN},
		                       {.fd = p->apart.fd, .events = POLLIN}};
		int64_t left = deadline - clock_ms();
		int n = poll(fds, sizeof(fds) / sizeof(*fds), left > 0 ? (int)left : 0);

		if (n > 0 && fds[0].revents)
			reap(p);
		if (n > 0) {
			take_output(&p->output);
			take_output(&p->apart);
		}
		if (left <= 0)
			break;
	}
	return p->ended;
}

/* For as long as it does nothing of what it was told; one that is at it may take longer. */
static void grace_give(struct loader_process *p, int grace_ms)
{
	int step = grace_ms / GRACE_STEPS, rested = 0;

	for (int i = 0; i < GRACE_STEPS * GRACE_TIMES && rested < GRACE_STEPS && !p->ended; i++) {
		struct processors before = processors_read(), after;

		loader_process_watch(p, step);
		after = processors_read();
		rested += processors_rested(&before, &after);
	}
}

void loader_process_stop(struct loader_process *p, int grace_ms)
{
	for (size_t i = 0; i < sizeof(stop_signals) / sizeof(*stop_signals) && !p->ended; i++) {
		p->stop_signal = stop_signals[i];
		kill(-p->pid, p->stop_signal);
		grace_give(p, grace_ms);
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

	if (p->without_guard && code == GUARD_TOO_MANY) {
		*why = xasprintf("%s had to be killed: it had more than %u processes and threads", name,
		                 TRACER_TASKS_MAX);
		return false;
	}
	if (p->without_guard && !p->stop_signal) {
		*why = xasprintf("%s died with its parent, which traces it and was ended: %s", name,
		                 died_of ? strsignal(died_of) : "it ended early");
		return false;
	}
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
	if (p->guard > 0) {
		kill(p->guard, SIGKILL);
		while (waitpid(p->guard, NULL, 0) < 0 && errno == EINTR)
			;
	}
	cleanup_close_fd(&p->end);
	cleanup_close_fd(&p->output.fd);
	cleanup_close_fd(&p->apart.fd);
	buf_free(&p->output.said);
	buf_free(&p->apart.said);
	*p = loader_process_none;
}
