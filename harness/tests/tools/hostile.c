/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not a loader either, but what a program of that name may do to who runs it: `hostile DEED`, each without end unless
 * somebody ends it. It is for guests only.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

/* BPF_PROG_LOAD */
#define PROG_LOAD 5

static _Noreturn void stay(void)
{
	for (;;)
		pause();
}

/* Children in sessions of their own that heed nothing. */
static void fork_without_end(void)
{
	for (;;)
		if (fork() == 0) {
			setsid();
			signal(SIGINT, SIG_IGN);
			signal(SIGTERM, SIG_IGN);
			stay();
		}
}

/* Children that have ended, and that nobody asks for. */
static void leave_zombies(void)
{
	for (;;)
		if (fork() == 0)
			_exit(0);
}

static void print_lines(void)
{
	for (;;)
		puts("1 hostile");
}

static void print_line(void)
{
	for (;;)
		putchar('x');
}

static void print_binary(void)
{
	unsigned state = 1;

	for (int i = 0; i < 200000; i++) {
		state = state * 1103515245 + 12345;
		putchar((int)(state >> 16 & 0xff));
	}
	fflush(stdout);
	stay();
}

static void close_all(void)
{
	for (int fd = 0; fd < 1024; fd++)
		close(fd);
	stay();
}

static void trace_itself(void)
{
	if (!ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		stay();
	perror("PTRACE_TRACEME");
	exit(1);
}

static void kill_parent(void)
{
	kill(getppid(), SIGKILL);
	stay();
}

/* Everything but itself and the first process. */
static void kill_all(void)
{
	kill(-1, SIGKILL);
	stay();
}

static void be_deaf(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	stay();
}

/* What it was asked it does, and takes its time for it. */
static void end_slowly(int signal)
{
	time_t begin = time(NULL);

	(void)signal;
	while (time(NULL) < begin + 6)
		;
	_exit(0);
}

static void be_slow(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, end_slowly);
	stay();
}

static void stop_itself(void)
{
	for (;;)
		raise(SIGSTOP);
}

static void fill_files(void)
{
	static char bytes[1 << 16];
	int fd = open("/tmp/full", O_WRONLY | O_CREAT, 0600);

	memset(bytes, 'x', sizeof(bytes));
	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	stay();
}

static void fill_memory(void)
{
	for (;;) {
		char *bytes = malloc(1 << 20);

		if (bytes)
			memset(bytes, 'x', 1 << 20);
	}
}

/* Its parent has ended before it begins. */
static void become_daemon(void)
{
	if (fork() > 0)
		_exit(0);
	setsid();
	if (fork() > 0)
		_exit(0);
	stay();
}

static void die(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void exec_without_end(void)
{
	execl("/proc/self/exe", "hostile", "execs", NULL);
}

/* What it may not do from then on it is told, and nobody else. */
static void filter_itself(void)
{
	struct sock_filter insns[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {.len = sizeof(insns) / sizeof(*insns), .filter = insns};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		exit(2);
	syscall(SYS_bpf, 0, NULL, 0);
	perror("bpf");
	exit(1);
}

static void drop_privileges(void)
{
	if (setgid(65534) || setuid(65534))
		exit(2);
	syscall(SYS_bpf, PROG_LOAD, "", 0);
	perror("bpf");
	exit(1);
}

static const struct {
	const char *name;
	void (*does)(void);
} deeds[] = {
        {"forks", fork_without_end}, {"zombies", leave_zombies}, {"lines", print_lines},     {"line", print_line},
        {"binary", print_binary},    {"closes", close_all},      {"traces", trace_itself},   {"parent", kill_parent},
        {"all", kill_all},           {"deaf", be_deaf},          {"stops", stop_itself},     {"files", fill_files},
        {"memory", fill_memory},     {"slow", be_slow},          {"daemon", become_daemon},  {"dies", die},
        {"execs", exec_without_end}, {"filters", filter_itself}, {"drops", drop_privileges},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(deeds) / sizeof(*deeds); i++)
		if (!strcmp(deeds[i].name, argv[1]))
			deeds[i].does();
	fprintf(stderr, "hostile: give one deed\n");
	return 2;
}
