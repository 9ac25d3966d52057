/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/lib/child.h"
#include "host/lib/side_by_side.h"
#include "tests/suite.h"

#define SHELL(script) \
	{ \
		"sh", "-c", script, NULL \
	}

static const struct {
	const char *argv[4];
	bool ok;
	const char *out, *err, *description;
} runs[] = {
        {SHELL("echo out; echo err >&2"), true, "out\n", "err\n", "exited with status 0"},
        {SHELL("exit 3"), false, "", "", "exited with status 3"},
        {SHELL("kill -9 $$"), false, "", "", "was killed by signal 9 (Killed)"},
        {SHELL("cat"), true, "", "", "exited with status 0"},
        /* both pipes fuller than a pipe holds */
        {SHELL("yes x | head -c 300000 >&2; yes y | head -c 3; exit 0"), true, "y\ny", NULL, "exited with status 0"},
        /* nothing but the three standard descriptors is open */
        {SHELL("ls /proc/self/fd | wc -l"), true, "4\n", "", "exited with status 0"},
};

START_TEST(runs_programs)
{
	struct child_result result;
	struct error err = {0};
	char *description;

	ck_assert_msg(!child_run(runs[_i].argv, NULL, &result, &err), "%s", err.text);
	ck_assert_int_eq(child_ok(&result), runs[_i].ok);
	ck_assert_str_eq(buf_str(&result.out), runs[_i].out);
	if (runs[_i].err)
		ck_assert_str_eq(buf_str(&result.err), runs[_i].err);
	else
		ck_assert_uint_eq(result.err.len, 300000);
	description = child_describe(&result);
	ck_assert_str_eq(description, runs[_i].description);
	free(description);
	child_result_free(&result);
}
END_TEST

START_TEST(says_what_cannot_be_run)
{
	static const char *const argv[] = {"no-such-program-here", NULL};
	struct child_result result;
	struct error err = {0};

	/* A directory of the caller's $PATH that may not be looked into would be -EACCES. */
	setenv("PATH", "/usr/bin:/bin", 1);
	ck_assert_int_eq(child_run(argv, NULL, &result, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "no-such-program-here"));
	error_clear(&err);
	child_result_free(&result);
}
END_TEST

START_TEST(ends_what_takes_too_long)
{
	static const char *const argv[] = {"sleep", "1000", NULL};
	const struct child_options o = {.timeout_ms = 50};
	struct child_result result;

	ck_assert_int_eq(child_run(argv, &o, &result, NULL), 0);
	ck_assert(result.timed_out);
	ck_assert(!child_ok(&result));
	child_result_free(&result);
}
END_TEST

START_TEST(ends_what_says_too_much)
{
	static const char *const argv[] = {"yes", NULL};
	const struct child_options o = {.max_output = 1000};
	struct child_result result;
	struct error err = {0};

	ck_assert_int_eq(child_run(argv, &o, &result, &err), -EFBIG);
	ck_assert_ptr_nonnull(strstr(err.text, "1000 bytes"));
	error_clear(&err);
	child_result_free(&result);
}
END_TEST

START_TEST(ends_what_computes_too_long)
{
	static const char *const argv[] = {"sh", "-c", "while :; do :; done", NULL};
	const struct child_options o = {.max_cpu_seconds = 1};
	cleanup_child_result struct child_result result;
	struct error err = {0};
	char *how;

	ck_assert_msg(!child_run(argv, &o, &result, &err), "%s", err.text);
	how = child_describe(&result);
	ck_assert_str_eq(how, "was killed by signal 24 (CPU time limit exceeded)");
	free(how);
}
END_TEST

static int count_some(void *ctx, const char *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)ctx += len;
	return *(size_t *)ctx > 100000 ? -EDOM : 0;
}

START_TEST(a_sink_takes_bytes_and_can_stop)
{
	static const char *const argv[] = {"yes", NULL};
	size_t total = 0;
	const struct child_options o = {.sink = count_some, .ctx = &total};
	struct child_result result;

	ck_assert_int_eq(child_run(argv, &o, &result, NULL), -EDOM);
	ck_assert_uint_gt(total, 100000);
	ck_assert_uint_eq(result.out.len, 0);
	child_result_free(&result);
}
END_TEST

static int work_fails(void *ctx, struct error *err)
{
	return error_usage(err, "no good: %s", (const char *)ctx);
}

static int work_dies(void *ctx, struct error *err)
{
	(void)ctx;
	(void)err;
	raise(SIGKILL);
	return 0;
}

static int work_succeeds(void *ctx, struct error *err)
{
	(void)ctx;
	(void)err;
	return 0;
}

static const struct {
	int (*work)(void *ctx, struct error *err);
	int rc;
	enum exit_status status;
	const char *text;
} workers[] = {
        {work_succeeds, 0, EXIT_AS_EXPECTED, NULL},
        {work_fails, -EINVAL, EXIT_USAGE, "no good: thing"},
        {work_dies, -EIO, EXIT_INFRA, "the worker process was killed by signal 9 (Killed) before it answered"},
};

START_TEST(workers_bring_their_error_home)
{
	struct child_worker worker;
	struct error err = {0};
	char thing[] = "thing";

	ck_assert_int_eq(child_worker_start(&worker, workers[_i].work, thing, &err), 0);
	ck_assert_int_eq(child_worker_wait(&worker, &err), workers[_i].rc);
	ck_assert_int_eq(err.status, workers[_i].status);
	if (workers[_i].text)
		ck_assert_str_eq(err.text, workers[_i].text);
	else
		ck_assert_ptr_null(err.text);
	error_clear(&err);
}
END_TEST

static int tell_pid(void *ctx, const char *bytes, size_t len)
{
	return write(*(int *)ctx, bytes, len) == (ssize_t)len ? 0 : -EIO;
}

static int work_runs_sleep(void *ctx, struct error *err)
{
	static const char *const argv[] = {"sh", "-c", "echo $$; exec sleep 1000", NULL};
	const struct child_options o = {.sink = tell_pid, .ctx = ctx};
	struct child_result result;

	return child_run(argv, &o, &result, err);
}

/* The whole line dies: a worker, and the program that it runs, when the process that started them is killed. */
START_TEST(nothing_outlives_its_parent)
{
	char text[16] = {0};
	int told[2], status;
	pid_t pid, program;

	/* Orphans come to this process, which can then wait for their end. */
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		struct child_worker worker;

		child_worker_start(&worker, work_runs_sleep, &told[1], NULL);
		pause();
	}
	ck_assert_int_gt(read(told[0], text, sizeof(text) - 1), 1);
	program = (pid_t)strtol(text, NULL, 10);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	while (waitpid(-1, &status, 0) > 0)
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(kill(program, 0), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

/* ---- programs that are followed ---- */

static const struct {
	const char *script;
	int status; /* as waitpid gives it */
} followed[] = {
        {"exit 3", 3 << 8},
        {"kill -9 $$", SIGKILL},
        /* its name is what it was told, its stdout nobody's, its stdin empty, its descriptors the three */
        {"[ \"$0\" = called ] && [ -z \"$(cat)\" ] && [ \"$(ls /proc/self/fd | wc -l)\" = 4 ] && echo lost", 0},
};

START_TEST(a_program_is_followed_to_its_end)
{
	const char *const argv[] = {"called", "-c", followed[_i].script, "called", NULL};
	struct error err = {0};
	bool stopped = true;
	int status = -1;

	ck_assert_msg(!child_follow("/bin/sh", argv, &status, &stopped, &err), "%s", err.text);
	ck_assert_int_eq(status, followed[_i].status);
	ck_assert(!stopped);
}
END_TEST

START_TEST(what_asks_us_to_stop_is_passed_on_once)
{
	/* it asks us, waits for what is passed on, and decides itself when it ends */
	const char *const argv[] = {
	        "sh", "-c",
	        "n=0; trap 'n=$((n + 1))' TERM; kill -TERM $PPID; while [ $n = 0 ]; do sleep 0.01; done; "
	        "kill -TERM $PPID; while [ $n = 1 ]; do sleep 0.01; done; exit $n",
	        NULL};
	struct error err = {0};
	bool stopped = false;
	int status = -1;

	ck_assert_msg(!child_follow("/bin/sh", argv, &status, &stopped, &err), "%s", err.text);
	ck_assert_int_eq(status, 2 << 8);
	ck_assert(stopped);
}
END_TEST

START_TEST(what_cannot_be_followed_is_said)
{
	const char *const argv[] = {"x", NULL};
	struct error err = {0};
	bool stopped;
	int status;

	ck_assert_int_eq(child_follow("/no/such/program", argv, &status, &stopped, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, "/no/such/program"), "%s", err.text);
	error_clear(&err);
}
END_TEST

/* ---- side by side ---- */

#define MANY 1000

static void count_one(void *ctx, size_t index)
{
	unsigned *counts = ctx;

	counts[index] += (unsigned)index;
}

static const struct {
	size_t count;
	unsigned width;
} crews[] = {{0, 4}, {1, 4}, {3, 64}, {MANY, 0}, {MANY, 1}, {MANY, 2}, {MANY, 1000}};

START_TEST(each_is_done_once)
{
	unsigned counts[MANY + 1] = {0};

	side_by_side(crews[_i].count, crews[_i].width, count_one, counts);
	for (size_t i = 0; i <= MANY; i++)
		ck_assert_uint_eq(counts[i], i < crews[_i].count ? i : 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("child", .seconds = 60),
	        EACH(runs_programs, runs),
	        TEST(says_what_cannot_be_run),
	        TEST(ends_what_takes_too_long),
	        TEST(ends_what_says_too_much),
	        TEST(ends_what_computes_too_long),
	        TEST(a_sink_takes_bytes_and_can_stop),
	        EACH(workers_bring_their_error_home, workers),
	        TEST(nothing_outlives_its_parent),
	        EACH(a_program_is_followed_to_its_end, followed),
	        TEST(what_asks_us_to_stop_is_passed_on_once),
	        TEST(what_cannot_be_followed_is_said),
	        EACH(each_is_done_once, crews),
	};

	return suite_run("child", tests, COUNT(tests));
}
