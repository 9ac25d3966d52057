/* SPDX-License-Identifier: BSD-2-Clause */
/* jail: what a worker can do no more, and what it still can, on whatever processor this is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "host/lib/jail.h"
#include "tests/suite.h"

static const struct jail_limits limits = {.cpu_seconds = 5, .memory = 1u << 30, .file = 1u << 20};

static int refused(long rc)
{
	return rc < 0 && errno == EPERM;
}

static int opening(int fd)
{
	(void)fd;
	return refused(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static int connecting(int fd)
{
	(void)fd;
	return refused(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int forking(int fd)
{
	pid_t pid = fork();

	(void)fd;
	if (!pid)
		_exit(0);
	return refused(pid);
}

static int executing(int fd)
{
	char *const argv[] = {(char[]){"/bin/true"}, NULL}, *const envp[] = {NULL};

	(void)fd;
	return refused(execve(argv[0], argv, envp));
}

static int removing(int fd)
{
	(void)fd;
	return refused(unlink("/nonexistent"));
}

static int writing(int fd)
{
	return write(fd, "x", 1) == 1;
}

static int allocating(int fd)
{
	char *bytes = malloc(32u << 20);

	(void)fd;
	if (!bytes)
		return 0;
	memset(bytes, 1, 32u << 20);
	free(bytes);
	return 1;
}

static int allocating_too_much(int fd)
{
	(void)fd;
	return mmap(NULL, (size_t)2 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static const struct {
	const char *name;
	int (*holds)(int fd);
} cases[] = {
        {"no file is opened", opening},      {"nothing is connected to", connecting},
        {"no process is made", forking},     {"no program is run", executing},
        {"no file is removed", removing},    {"what is open is written to", writing},
        {"memory is to be had", allocating}, {"and no more than allowed", allocating_too_much},
};

START_TEST(a_worker_in_jail)
{
	cleanup_close int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status;
	pid_t pid;

#ifdef __SANITIZE_ADDRESS__
	return; /* the sanitizer needs what the jail refuses */
#endif
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid)
		_exit(jail_enter(&limits, NULL) ? 2 : !cases[_i].holds(fd));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "%s: wait status 0x%x", cases[_i].name,
	              (unsigned)status);
}
END_TEST

static int work_looks_around(void *ctx, struct error *err)
{
	int *shared = ctx;

	*shared = open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
	return error_usage(err, "that was all");
}

static int work_dies(void *ctx, struct error *err)
{
	(void)ctx;
	(void)err;
	abort();
}

START_TEST(work_is_done_in_jail)
{
	int *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cleanup_error struct error err = {0};

	ck_assert_int_eq(jail_run(&limits, work_looks_around, shared, &err), -EINVAL);
	ck_assert_str_eq(err.text, "that was all");
	ck_assert_int_eq(err.status, EXIT_USAGE);
#ifndef __SANITIZE_ADDRESS__
	ck_assert_int_eq(*shared, EPERM);
#endif
	ck_assert_int_eq(jail_run(&limits, work_dies, NULL, &err), -EIO);
	munmap(shared, sizeof(*shared));
	/* and this process is free */
	ck_assert_int_eq(access("/dev/null", R_OK), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_worker_in_jail, cases),
	        TEST(work_is_done_in_jail),
	};

	return suite_run("jail", tests, COUNT(tests));
}
