/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child: running another program to its end and taking what it says. The one way to do that in the host, except for
 * QEMU (which lives longer and has its own owner). A child dies with the thread that started it (PR_SET_PDEATHSIG),
 * reads /dev/null and inherits nothing but its own stdout and stderr. It never goes through a shell.
 */
#ifndef COREMATRIX_HOST_LIB_CHILD_H
#define COREMATRIX_HOST_LIB_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

struct child_options {
	size_t max_output;        /* bytes kept of stdout and of stderr each; more ends the child. 0: 64 MiB */
	int timeout_ms;           /* 0: none */
	uint64_t max_file;        /* bytes that it, and what it starts, may write to one file. 0: as this program */
	uint64_t max_memory;      /* bytes of address space of each. 0: as this program */
	unsigned max_cpu_seconds; /* of each; SIGXCPU ends it. 0: as this program */
	/* Called with each run of stdout bytes instead of keeping them; a non-zero result ends the child and is
	 * child_run's result. NULL: stdout is kept. */
	int (*sink)(void *ctx, const char *bytes, size_t len);
	void *ctx;
};

struct child_result {
	int wait_status; /* as waitpid gives it */
	bool timed_out;
	struct buf out;
	struct buf err;
};

/*
 * Run argv[0] (found through $PATH) with argv and wait for it. Returns 0 when it could be started and waited for,
 * whatever its exit status; a negative errno with `err` set otherwise (-ENOENT: no such program; -EFBIG: too much
 * output). `o` may be NULL. The caller frees `result` with child_result_free either way.
 */
int child_run(const char *const *argv, const struct child_options *o, struct child_result *result, struct error *err);

/* Whether the child exited by itself with status 0. */
bool child_ok(const struct child_result *result);

/* "exited with status 3", "was killed by signal 9 (Killed)", "took longer than allowed"; the caller frees it. */
char *child_describe(const struct child_result *result);

void child_result_free(struct child_result *result);
#define cleanup_child_result __attribute__((cleanup(child_result_free)))

/*
 * Run the program at `path` with `argv` (argv[0] is what it calls itself), which speaks to people itself: its stderr is
 * ours, its stdout nobody's. What asks this program to stop (SIGINT, SIGTERM, SIGHUP) is passed on to it, and it alone
 * decides when it ends. Returns 0 when it could be started and waited for, whatever its exit status, with its
 * `wait_status` as waitpid gives it and whether it was asked to stop; a negative errno with `err` set otherwise.
 */
int child_follow(const char *path, const char *const *argv, int *wait_status, bool *stopped, struct error *err);

/*
 * Fork a process that runs `work` and nothing else, dies with its parent, and answers with one error and one status.
 * For work on untrusted bytes, and for work side by side. `work` may use everything but the parent's
 * threads; SIGINT and SIGTERM have their default effect in it.
 */
struct child_worker {
	pid_t pid;
	int report; /* read end of the pipe that the worker's error text comes through */
};

int child_worker_start(struct child_worker *w, int (*work)(void *ctx, struct error *err), void *ctx, struct error *err);

/*
 * Wait for the worker. Returns what its `work` returned, with its error in `err`; -EIO when it died without an answer
 * (the message says by which signal).
 */
int child_worker_wait(struct child_worker *w, struct error *err);

/* Kill and reap a worker whose answer is not wanted any more. */
void child_worker_kill(struct child_worker *w);

#endif
