/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action_result.h"
#include "agent/deeds/still.h"
#include "agent/deeds/subject_body.h"
#include "agent/deeds/subject_image.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* How long one step of a subject may take; only a broken guest, or an object that blocks execs, comes near. */
#define STEP_DEADLINE_MS 20000
#define STEP_LOOK_MS 500

struct subject_stage {
	char *directory;
	char *work; /* within it; anybody may make files there */
	unsigned spawned;
};

int subject_stage_open(struct subject_stage **stage, struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *directory = xasprintf("%s/corematrix-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct subject_stage *made;

	if (!mkdtemp(directory))
		return error_set(err, errno, "cannot create directory %s: %s", directory, strerror(errno));
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
		int rc = error_set(err, errno, "cannot create directory %s: %s", made->work, strerror(errno));

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

bool subject_kind_is_possible(const struct subject_kind *kind)
{
	return !kind->image || access(kind->image, X_OK) == 0;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(steal_fd(fd));
}

/* A signal has stopped it: nobody will let it go on. */
static bool is_stopped(struct subject *s)
{
	siginfo_t info = {0};

	if (s->root <= 0 || s->reaped || s->seized ||
	    waitid(P_PID, (id_t)s->root, &info, WSTOPPED | WNOHANG | WNOWAIT) || info.si_pid != s->root)
		return false;
	s->stopped = info.si_status;
	return true;
}

/* Wait for one byte (1) or the end of the file (0) of the subject's pipe; -ETIME when neither comes. */
static int pipe_wait(struct subject *s)
{
	int64_t deadline = clock_ms() + STEP_DEADLINE_MS;
	int fd = s->owned.ready_r;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		char byte;
		ssize_t n;

		if (poll(&p, 1, STEP_LOOK_MS) <= 0) {
			if (is_stopped(s) || clock_ms() >= deadline)
				return -ETIME;
			continue;
		}
		n = read(fd, &byte, 1);
		if (n >= 0)
			return (int)n;
		if (errno != EINTR)
			return -errno;
	}
}

static int step_wait(struct subject *s, const char *step, struct error *err)
{
	int rc = pipe_wait(s);

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

static unsigned processors_online(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > PROCESSORS_MAX ? PROCESSORS_MAX : (unsigned)count;
}

/* On the caller's side. */
static int spawn_failed(struct subject *s, const char *call, struct error *err)
{
	s->failure = errno;
	s->failed_call = call;
	return error_set(err, errno, "workload %s: %s failed: %s", s->kind->name, call, strerror(errno));
}

int subject_spawn(struct subject_stage *stage, const struct subject_kind *kind, struct subject **out, struct error *err)
{
	struct subject *s = xcalloc(1, sizeof(*s));
	int ready[2] = {-1, -1}, go[2] = {-1, -1};
	int rc;

	*out = s;
	s->kind = kind;
	s->step = "spawn";
	s->path = xasprintf("%s/%s", stage->directory, kind->file);
	s->work = stage->work;
	s->processors = processors_online();
	s->processor = stage->spawned++ % s->processors;
	for (size_t i = 0; i < sizeof(s->stacks) / sizeof(s->stacks[0]); i++)
		s->stacks[i] = xrealloc(NULL, 1, STACK_SIZE); /* not zeroed: most of it is never touched */
	rc = pipe2(ready, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0 ? -errno : 0;
	s->ends = s->owned = (struct pipe_ends){ready[0], ready[1], go[0], go[1]};
	if (rc < 0)
		return spawn_failed(s, "pipe", err);
	if (symlink(kind->image ? kind->image : "/proc/self/exe", s->path) < 0 && errno != EEXIST)
		return spawn_failed(s, "symlink", err);
	snprintf(s->ready_arg, sizeof(s->ready_arg), "%d", s->ends.ready_w);
	snprintf(s->go_arg, sizeof(s->go_arg), "%d", s->ends.go_r);
	snprintf(s->action_arg, sizeof(s->action_arg), "%d", (int)kind->action);

	s->root = subject_body_start(s);
	if (s->root < 0)
		return spawn_failed(s, "clone", err);
	/* go_r stays: with a reader left, writing to a subject that died raises no SIGPIPE. */
	close(steal_fd(&s->owned.ready_w));
	rc = step_wait(s, "ready to exec", err);
	if (rc < 0)
		return rc;
	/* Seized, and without options, it goes on as if nobody were looking. */
	if (kind->traced && ptrace(PTRACE_SEIZE, s->pid, NULL, NULL) < 0)
		return spawn_failed(s, "ptrace", err);
	s->seized = kind->traced;
	return 0;
}

int subject_exec(struct subject *s, struct error *err)
{
	int rc;

	s->step = "exec";
	rc = io_write_all(s->owned.go_w, "", 1);

	if (rc < 0)
		return error_set(err, -rc, "workload %s: the subject is gone: %s", s->kind->name, strerror(-rc));
	rc = step_wait(s, "ready after its exec", err);
	if (rc == 0)
		s->tid = s->pid; /* the thread that execs takes the leader's place */
	return rc;
}

int subject_act(struct subject *s, struct action_result *result, struct error *err)
{
	size_t got = 0;
	int rc;

	s->step = "act";
	rc = io_write_all(s->owned.go_w, "", 1);
	if (rc < 0)
		return error_set(err, -rc, "workload %s: the subject is gone: %s", s->kind->name, strerror(-rc));
	rc = step_wait(s, "done with its action", err);
	if (rc < 0)
		return rc;
	while (got < sizeof(*result)) {
		ssize_t n = read(s->owned.ready_r, (char *)result + got, sizeof(*result) - got);

		if (n == 0 || (n < 0 && errno != EINTR))
			return error_set(err, ECHILD, "workload %s: the subject died before it said what it did",
			                 s->kind->name);
		got += n > 0 ? (size_t)n : 0;
	}
	if (!action_result_is_whole(result)) {
		*result = (struct action_result){.other = OTHER_BYTES, .other_call = "read"};
		memcpy(s->act_call, result->other_call, sizeof(s->act_call));
		s->act_other = action_other_name(OTHER_BYTES);
		return error_set(err, EBADMSG, "workload %s: what the subject said was changed on its way",
		                 s->kind->name);
	}
	memcpy(s->act_call, result->failed_call, sizeof(s->act_call));
	result->other_call[sizeof(result->other_call) - 1] = '\0';
	s->act_other = result->failure ? NULL : action_other_name((enum action_other)result->other);
	if (s->act_other)
		memcpy(s->act_call, result->other_call, sizeof(s->act_call));
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
	s->status = status;
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

	s->step = "end";
	close(steal_fd(&s->owned.go_w));
	if (pipe_wait(s) != 0)
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

/* The call's name as people know it: of "mmap of a file" the first word, of execve and clone what they are for. */
static void call_name(const char *call, char *out, size_t room)
{
	int len = (int)strcspn(call, " ");

	if (!strcmp(call, "execve"))
		snprintf(out, room, "exec");
	else if (!strncmp(call, "clone", (size_t)len))
		snprintf(out, room, "fork");
	else
		snprintf(out, room, "%.*s", len, call);
}

static int status_signal(const struct subject *s)
{
	if (WIFSIGNALED(s->status))
		return WTERMSIG(s->status);
	/* The process above it tells so. */
	return s->kind->under_parent && WIFEXITED(s->status) && WEXITSTATUS(s->status) > 128
	               ? WEXITSTATUS(s->status) - 128
	               : 0;
}

void subject_outcome(struct subject *s, const struct error *err, struct subject_outcome *out)
{
	*out = (struct subject_outcome){0};
	call_name(s->failure && s->failed_call ? s->failed_call
	          : *s->act_call               ? s->act_call
	                                       : s->step,
	          out->call, sizeof(out->call));
	if (s->failure || (*s->act_call && !s->act_other)) {
		out->err = s->failure ? s->failure : err->code;
		return;
	}
	out->other = s->act_other;
	if (out->other)
		return;
	out->signal = s->stopped;
	if (out->signal)
		return;
	if (err->code == ETIME) {
		out->other = "hangs";
		return;
	}
	if (err->code != ECHILD && err->code != EPIPE) {
		out->err = err->code;
		return;
	}
	if (!s->reaped) {
		close_if_open(&s->owned.go_w);
		tracee_reap(s);
		root_reap(s);
	}
	out->signal = status_signal(s);
	out->other = out->signal ? NULL : "ends early";
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
			rc = pipe_wait(s);
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

void subject_main_if_subject(int argc, char **argv)
{
	static const struct subject_image image = {.perform = action_perform, .end = action_end};

	still_if_asked(argc, argv);
	subject_image_run(argc, argv, &image);
}
