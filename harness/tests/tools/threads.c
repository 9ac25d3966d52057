/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What notice-go is in Go, in C: threads that load programs, start children by fork, vfork and clone3, exec and come to
 * an end all at once. It ends with 0 when every child and every program was there, and says what was not.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/sched.h>

#define THREADS 8
#define ROUNDS 4
#define CHILD_END 7

static int noticed;

static void notice(const char *what, long got)
{
	__atomic_add_fetch(&noticed, 1, __ATOMIC_SEQ_CST);
	printf("%s: %ld, %s\n", what, got, strerror(errno));
}

static void load(void)
{
	static const struct bpf_insn insns[] = {
	        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	        {.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2};
	long fd;

	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t) "GPL";
	/*
	 * The verifier gives up when a signal waits, and loaders ask again. Of a process that is traced SIGCHLD is such
	 * a signal, also where it is ignored.
	 */
	do
		fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	while (fd < 0 && errno == EAGAIN);
	if (fd < 0)
		notice("a program was not loaded", fd);
	else
		close((int)fd);
}

static void child_await(const char *what, pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, (int)__WALL) < 0)
		if (errno != EINTR) {
			notice(what, pid);
			return;
		}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_END)
		notice(what, status);
}

static void start_by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		load();
		_exit(CHILD_END);
	}
	child_await("fork", pid);
}

/* vfork, or clone3 with as much, and exec. */
static void start_by_spawn(void)
{
	char *argv[] = {(char *)(uintptr_t) "threads", (char *)(uintptr_t) "child", NULL}, *envp[] = {NULL};
	pid_t pid = -1;

	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, envp);
	child_await("posix_spawn", pid);
}

static void start_by_clone3(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(CHILD_END);
	child_await("clone3", (pid_t)pid);
}

static void *do_all(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		load();
		start_by_fork();
		start_by_spawn();
		start_by_clone3();
	}
	return unused;
}

static void *load_for_ever(void *unused)
{
	for (;;)
		load();
	return unused;
}

/* A child of many threads, all in calls that are traced, that ends at once. */
static void end_at_once(void)
{
	pid_t pid = fork();
	pthread_t thread;

	if (pid == 0) {
		for (int i = 0; i < THREADS; i++)
			pthread_create(&thread, NULL, load_for_ever, NULL);
		load();
		_exit(CHILD_END);
	}
	child_await("many threads at once", pid);
}

int main(int argc, char **argv)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	pthread_t threads[THREADS];

	if (argc == 2 && !strcmp(argv[1], "child"))
		return CHILD_END;
	/* programs are charged to it before 5.11 */
	setrlimit(RLIMIT_MEMLOCK, &all);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, do_all, NULL))
			notice("pthread_create", i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < ROUNDS; i++)
		end_at_once();
	if (!noticed)
		puts("noticed nothing");
	return noticed != 0;
}
