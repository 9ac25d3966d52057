/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/tracer/tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "agent/tracer/call_read.h"
#include "agent/tracer/trace_call.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* A stop at a call's end, as PTRACE_O_TRACESYSGOOD marks it. */
#define STOP_SYSCALL (SIGTRAP | 0x80)

/* A thread that is in a call that is kept. */
struct tracer_call {
	pid_t tid;
	struct call_read read;
};

int tracer_seize(pid_t pid, struct error *err)
{
	const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	                     PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;

	if (ptrace(PTRACE_SEIZE, pid, NULL, options))
		return error_set(err, errno, "the kernel does not let it be traced: %s", strerror(errno));
	return 0;
}

static struct tracer_call *open_find(struct tracer *t, pid_t tid)
{
	for (size_t i = 0; i < t->open_count; i++)
		if (t->open[i].tid == tid)
			return &t->open[i];
	return NULL;
}

static void open_drop(struct tracer *t, struct tracer_call *c)
{
	call_read_free(&c->read);
	*c = t->open[--t->open_count];
}

static void keep(struct tracer *t, struct trace_call *call)
{
	cleanup_buf struct buf bytes = {0};

	if (t->bytes >= TRACE_MAX_BYTES) {
		call->insns_size = 0;
		free(steal_ptr(call->text));
	}
	trace_call_add(&bytes, call);
	t->bytes += bytes.len;
	io_write_all(t->records, bytes.data, bytes.len);
}

/* Whether it is made by the interface that the first one was made by, whose numbers are those of this program. */
static bool is_native(struct tracer *t, const struct __ptrace_syscall_info *info)
{
	t->arch = t->arch ? t->arch : info->arch;
	return t->arch == info->arch;
}

/* Returns true when the end of the call is to be waited for. */
static bool enter(struct tracer *t, pid_t tid)
{
	struct __ptrace_syscall_info info = {0};
	struct tracer_call c = {.tid = tid};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP ||
	    !is_native(t, &info))
		return false;
	if (!call_read_enter(tid, info.seccomp.nr, info.seccomp.args, t->bytes < TRACE_MAX_BYTES, &c.read))
		return false;
	t->open = xrealloc(t->open, t->open_count + 1, sizeof(*t->open));
	t->open[t->open_count++] = c;
	return true;
}

static void leave(struct tracer *t, pid_t tid)
{
	struct __ptrace_syscall_info info = {0};
	struct tracer_call *c = open_find(t, tid);

	if (!c)
		return;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) > 0 && info.op == PTRACE_SYSCALL_INFO_EXIT &&
	    call_read_leave(tid, info.exit.rval, &c->read))
		keep(t, &c->read.call);
	open_drop(t, c);
}

static bool stops_a_group(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Threads that were in a call when another one of theirs exec'd are gone, and its own number with them. */
static void forget_former(struct tracer *t, pid_t tid)
{
	unsigned long former = 0;
	struct tracer_call *c;

	if (!ptrace(PTRACE_GETEVENTMSG, tid, NULL, &former) && (c = open_find(t, (pid_t)former)))
		open_drop(t, c);
	if ((c = open_find(t, tid)))
		open_drop(t, c);
}

/* A thread stopped: see why, and let it go on as it would have. */
static void handle_stop(struct tracer *t, pid_t tid, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status), deliver = 0;

	if (event == PTRACE_EVENT_SECCOMP) {
		if (enter(t, tid)) {
			ptrace(PTRACE_SYSCALL, tid, NULL, NULL);
			return;
		}
	} else if (event == PTRACE_EVENT_STOP && stops_a_group(signal)) {
		ptrace(PTRACE_LISTEN, tid, NULL, NULL);
		return;
	} else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
		t->starts++;
	} else if (event == PTRACE_EVENT_EXEC) {
		forget_former(t, tid);
	} else if (!event && signal == STOP_SYSCALL) {
		leave(t, tid);
	} else if (!event) {
		deliver = signal;
	}
	/* in a call that is waited for: a stop on the way to its end */
	ptrace(open_find(t, tid) ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (long)deliver);
}

static void handle_end(struct tracer *t, pid_t tid)
{
	struct tracer_call *c = open_find(t, tid);

	if (c)
		open_drop(t, c);
}

/* Processes and threads of the whole system, until somebody has asked for their end. */
static unsigned tasks_count(void)
{
	struct sysinfo all;

	return sysinfo(&all) ? 0 : all.procs;
}

/* Who started few has few; the system is asked about others only. */
static bool has_too_many(const struct tracer *t)
{
	return t->starts > TRACER_TASKS_MAX && tasks_count() > t->others + TRACER_TASKS_MAX;
}

/* Somebody has stopped or ended. */
struct tracer_event {
	pid_t tid;
	int status;
};

/*
 * Wait for an event, and take all that are there by then, before anybody goes on: the kernel hands out those of the
 * youngest thread first, and one that stops again and again would keep the tracer from all others. False when there is
 * nobody left.
 */
static bool events_take(struct tracer *t)
{
	struct tracer_event e;

	t->event_count = 0;
	for (;;) {
		e.tid = waitpid(-1, &e.status, t->event_count ? __WALL | WNOHANG : __WALL);
		if (e.tid < 0 && errno == EINTR)
			continue;
		if (e.tid <= 0)
			return t->event_count > 0;
		t->events = xrealloc(t->events, t->event_count + 1, sizeof(*t->events));
		t->events[t->event_count++] = e;
	}
}

int tracer_follow(struct tracer *t, void (*ended)(void *ctx, int status), void *ctx)
{
	int rc = 0;

	t->others = tasks_count();
	while (!rc && events_take(t))
		for (size_t i = 0; !rc && i < t->event_count; i++) {
			const struct tracer_event *e = &t->events[i];

			if (WIFSTOPPED(e->status)) {
				handle_stop(t, e->tid, e->status);
				rc = has_too_many(t) ? -EAGAIN : 0;
				continue;
			}
			handle_end(t, e->tid);
			if (e->tid == t->program)
				ended(ctx, e->status);
		}
	free(steal_ptr(t->open));
	free(steal_ptr(t->events));
	return rc;
}
