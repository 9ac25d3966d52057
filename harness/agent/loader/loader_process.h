/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_process: a loader as a process: started in a root directory of its own, its output kept up to a limit,
 * watched, stopped, and its end put into words. Between it and the caller stands a guard, a process that has no other
 * child: it traces the loader (agent/tracer), and with it goes all that the loader started. It knows nothing of jobs
 * and messages.
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_PROCESS_H
#define COREMATRIX_AGENT_LOADER_LOADER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* Output that is kept: the end of it, for that is where the cause of a failure stands. */
#define LOADER_OUTPUT_MAX (512u << 10)

/* What it prints. */
struct loader_stream {
	int fd; /* read end; -1 once it is closed */
	struct buf said;
	size_t dropped; /* bytes of earlier output */
};

struct loader_process {
	pid_t pid;   /* leader of a session and group of its own */
	pid_t guard; /* its parent */
	int end;     /* where the guard says how it ended */
	struct loader_stream output;
	struct loader_stream apart; /* the one of stdout and stderr that does not go there, if any */
	bool ended;
	bool without_guard; /* its guard ended before it, and it with that */
	int status;         /* as waitpid gives it, once ended; the guard's own when that ended first */
	int stop_signal;    /* the last signal it was stopped with, 0 */
};

/* Not started, or freed. */
static const struct loader_process loader_process_none = {
        .pid = -1, .guard = -1, .end = -1, .output = {.fd = -1}, .apart = {.fd = -1}};

struct loader_command {
	const char *root;      /* what becomes "/", NULL: as it is */
	const char *directory; /* working directory in it */
	const char *program;   /* path in it */
	char *const *argv;
	char *const *envp;
	const char *terminal; /* path of a ptmx that it is given a terminal of, on which programs print line by line;
	                         NULL: a pipe, as also where there is no such device */
	int apart;   /* STDOUT_FILENO or STDERR_FILENO: that one goes to a pipe of its own; 0: both to one place */
	int records; /* where the calls that it makes are kept (agent/tracer/trace_call.h), -1: it is not traced */
};

/* Start it, stdin from /dev/null. Returns 0 or a negative errno; `p` is then to be freed with loader_process_free. */
int loader_process_start(const struct loader_command *command, struct loader_process *p, struct error *err);

/* Take its output for up to `wait_ms`; returns true as soon as it has ended. */
bool loader_process_watch(struct loader_process *p, int wait_ms);

/*
 * Stop it as a user would, and harder each time it does not listen: SIGINT, SIGTERM, SIGKILL, `grace_ms` each, of which
 * only those count in which the guest has nothing to do, up to ten times as many.
 */
void loader_process_stop(struct loader_process *p, int grace_ms);

/*
 * Whether the end was a good one: status 0 by itself; when it was stopped, also death by the signal asked for, or the
 * status that shells give to that. `why`, the caller's to free, says it in words.
 */
bool loader_process_verdict(const struct loader_process *p, const char *name, char **why);

/* Kills what still runs of it. */
void loader_process_free(struct loader_process *p);

#endif
