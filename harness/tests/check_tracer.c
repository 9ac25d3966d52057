/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracer: what a program does by bpf(2) is seen in every thread and child of it, and it notices nothing. The program is
 * this test, started again with the name of a deed.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>

#include "agent/loader/loader_process.h"
#include "agent/tracer/trace_call.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "tests/suite.h"

#define DEED "CHECK_TRACER_DEED"
#define LONG_MS 60000
#define THREADS 8
#define ROUNDS 50

/* ---- deeds ---- */

static const struct bpf_insn insns[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 7},
        {.code = BPF_JMP | BPF_EXIT},
};

/* A type that no kernel has: it fails for everybody in the same way. */
static int load(const char *name, uint32_t type)
{
	union bpf_attr attr = {.prog_type = type, .insn_cnt = 2};

	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t) "GPL";
	strncpy(attr.prog_name, name, sizeof(attr.prog_name) - 1);
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)) < 0 ? errno : 0;
}

static void deed_load(void)
{
	printf("%d\n", load("by_itself", 9999));
}

static void *load_often(void *name)
{
	for (int i = 0; i < ROUNDS; i++)
		if (load(name, 9999) == ENOSYS)
			puts("not made");
	return NULL;
}

static void deed_threads(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, load_often, (void *)(uintptr_t) "thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts("joined");
}

static void deed_children(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		load("forked", 9999);
		_exit(load("forked", 9999) ? 5 : 0);
	}
	waitpid(pid, &status, 0);
	printf("%d ", WEXITSTATUS(status));
	pid = vfork();
	if (pid == 0)
		_exit(load("vforked", 9999) ? 6 : 0);
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
}

static volatile sig_atomic_t handled;

static void handle(int signal)
{
	(void)signal;
	handled++;
}

static void deed_signals(void)
{
	signal(SIGUSR1, handle);
	for (int i = 0; i < ROUNDS; i++) {
		raise(SIGUSR1);
		load("signal", 9999);
	}
	printf("%d\n", (int)handled);
}

/* A child that stops is stopped until it is told to go on, as its parent sees. */
static void deed_stop(void)
{
	int status = 0, seen[2];
	char byte;
	pid_t pid;

	if (pipe(seen) || (pid = fork()) < 0)
		return;
	if (pid == 0) {
		close(seen[1]);
		raise(SIGSTOP);
		/* who has ended is not seen to go on */
		_exit(read(seen[0], &byte, 1) == 0 && load("stopped", 9999) ? 3 : 0);
	}
	waitpid(pid, &status, WUNTRACED);
	printf("%s ", WIFSTOPPED(status) ? "stopped" : "not stopped");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	printf("%s ", WIFCONTINUED(status) ? "continued" : "not continued");
	close(seen[1]);
	waitpid(pid, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
}

static void *become_other(void *unused)
{
	char *argv[] = {(char *)(uintptr_t) "x", NULL}, *envp[] = {(char *)(uintptr_t)DEED "=load", NULL};

	(void)unused;
	execve("/proc/self/exe", argv, envp);
	return NULL;
}

/* The thread that is not the first one execs: it takes the first one's place, and its id. */
static void deed_exec(void)
{
	pthread_t thread;

	load("before", 9999);
	pthread_create(&thread, NULL, become_other, NULL);
	pthread_join(thread, NULL);
}

/* What it cannot do while it is traced it is told. */
static void deed_trace(void)
{
	printf("%ld\n", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	load("itself", 9999);
}

static void *fork_often(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(load("many", 9999) ? 0 : 1);
		waitpid(pid, NULL, 0);
	}
	return unused;
}

static void deed_forks_in_threads(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, fork_often, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts("joined");
}

/* As newer libcs start what they start; and a child that tells nobody of its end, which only __WCLONE asks for. */
static void deed_clone3(void)
{
	struct clone_args args = {.flags = CLONE_VFORK, .exit_signal = SIGCHLD};
	int status = 0, quiet = 0;
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0) {
		load("cloned", 9999);
		_exit(5);
	}
	waitpid((pid_t)pid, &status, 0);
	args = (struct clone_args){0};
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(load("cloned", 9999) ? 6 : 0);
	while (waitpid((pid_t)pid, &quiet, (int)__WCLONE) < 0 && errno == EINTR)
		;
	printf("%d %d\n", WEXITSTATUS(status), WEXITSTATUS(quiet));
}

/* Waits of one thread last while others stop at calls, start children and lose them. */
static void deed_waits(void)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	int nowhere[2], interrupted = 0;
	pthread_t threads[THREADS];

	if (pipe(nowhere))
		return;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, i % 2 ? fork_often : load_often, (void *)(uintptr_t) "waits");
	for (int i = 0; i < ROUNDS; i++) {
		struct pollfd p = {.fd = nowhere[0], .events = POLLIN};

		interrupted += nanosleep(&pause, NULL) != 0;
		interrupted += poll(&p, 1, 1) != 0;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%d\n", interrupted);
}

/* Its tracer goes, and with it itself. */
static void deed_kill_parent(void)
{
	kill(getppid(), SIGKILL);
	for (;;)
		pause();
}

/* Children without end, in sessions of their own, which ignore what they are asked. */
static void deed_fork_without_end(void)
{
	for (size_t i = 0; i < 200; i++)
		if (fork() == 0) {
			setsid();
			signal(SIGINT, SIG_IGN);
			signal(SIGTERM, SIG_IGN);
			for (;;)
				pause();
		}
	puts("forked");
	fflush(stdout);
	for (;;)
		pause();
}

/* It leaves one behind that outlives it. */
static void deed_daemon(void)
{
	if (fork() == 0) {
		setsid();
		for (;;)
			pause();
	}
	load("parent", 9999);
}

/* XDP at an interface that is not there: what everybody is told, whoever asks. */
struct xdp_message {
	struct nlmsghdr head;
	struct ifinfomsg interface;
	struct nlattr xdp, fd;
	int32_t program;
};

static struct xdp_message xdp_message(uint32_t sequence)
{
	return (struct xdp_message){
	        .head = {.nlmsg_len = sizeof(struct xdp_message),
	                 .nlmsg_type = RTM_SETLINK,
	                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	                 .nlmsg_seq = sequence},
	        .interface = {.ifi_index = 99999},
	        .xdp = {.nla_len = 2 * sizeof(struct nlattr) + sizeof(int32_t), .nla_type = IFLA_XDP | NLA_F_NESTED},
	        .fd = {.nla_len = sizeof(struct nlattr) + sizeof(int32_t), .nla_type = IFLA_XDP_FD},
	};
}

static int answer_of(int fd)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer = {0};

	return recv(fd, &answer, sizeof(answer), 0) > 0 ? -answer.error.error : -1;
}

/* As libbpf sends, as Go's libraries do, and as iproute2 does. */
static void deed_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), others[2], err;
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct xdp_message m = xdp_message(1);
	struct iovec pieces[] = {{&m, sizeof(m.head)}, {&m.interface, sizeof(m) - sizeof(m.head)}};
	struct msghdr head = {
	        .msg_name = &kernel, .msg_namelen = sizeof(kernel), .msg_iov = pieces, .msg_iovlen = COUNT(pieces)};

	if (fd < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, others))
		return;
	send(fd, &m, sizeof(m), 0);
	err = answer_of(fd);
	m = xdp_message(2);
	sendto(fd, &m, sizeof(m), 0, (const struct sockaddr *)&kernel, sizeof(kernel));
	err = answer_of(fd) == err ? err : 0;
	m = xdp_message(3);
	sendmsg(fd, &head, 0);
	err = answer_of(fd) == err ? err : 0;
	/* the same bytes to somebody else, and others to the kernel */
	send(others[0], &m, sizeof(m), 0);
	m.program = -1;
	send(fd, &m, sizeof(m), 0);
	printf("%d\n", err);
}

static const struct deed {
	const char *name;
	void (*run)(void);
	const char *said; /* NULL: the errno that the kernel gave */
	const char *call;
	size_t calls;
	bool traces; /* itself */
} deeds[] = {
        {"load", deed_load, NULL, "by_itself", 1},
        {"threads", deed_threads, "joined\n", "thread", THREADS *ROUNDS},
        {"children", deed_children, "5 6\n", "forked", 2},
        {"children", deed_children, "5 6\n", "vforked", 1},
        {"signals", deed_signals, "50\n", "signal", ROUNDS},
        {"stop", deed_stop, "stopped continued 3\n", "stopped", 1},
        {"exec", deed_exec, NULL, "by_itself", 1},
        {"exec", deed_exec, NULL, "before", 1},
        {"trace", deed_trace, "-1\n", "itself", 1, true},
        {"forks", deed_forks_in_threads, "joined\n", "many", THREADS *ROUNDS},
        {"clone3", deed_clone3, "5 6\n", "cloned", 2},
        {"waits", deed_waits, "0\n", "waits", THREADS / 2 * ROUNDS},
        {"daemon", deed_daemon, "", "parent", 1},
        {"kill-parent", deed_kill_parent},
        {"fork-without-end", deed_fork_without_end},
        {"netlink", deed_netlink},
};

/* Those at the table's head that end by themselves. */
#define SEEN 13

__attribute__((constructor)) static void deed_if_asked(void)
{
	const char *name = getenv(DEED);

	for (size_t i = 0; name && i < COUNT(deeds); i++) {
		if (strcmp(deeds[i].name, name))
			continue;
		deeds[i].run();
		fflush(stdout);
		_exit(0);
	}
}

/* ---- what is seen of them ---- */

static void start_deed(const char *name, int records, struct loader_process *p)
{
	cleanup_free char *variable = xasprintf(DEED "=%s", name);
	char *argv[] = {(char *)(uintptr_t) "x", NULL}, *envp[] = {variable, NULL};
	struct loader_command command = {
	        .directory = "/", .program = "/proc/self/exe", .argv = argv, .envp = envp, .records = records};
	cleanup_error struct error err = {0};

	/* a filter may then be put over oneself without privilege, too */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	ck_assert_msg(!loader_process_start(&command, p, &err), "%s", err.text);
}

static void run_deed(const char *name, int records, struct loader_process *p)
{
	start_deed(name, records, p);
	ck_assert(loader_process_watch(p, LONG_MS));
	ck_assert_int_eq(p->status, 0);
}

static void read_records(int records, struct buf *bytes)
{
	lseek(records, 0, SEEK_SET);
	ck_assert_int_eq(io_read_fd(records, TRACE_MAX_BYTES, bytes), 0);
}

static void check_load(const struct trace_call *call, const char *said)
{
	ck_assert_uint_eq(call->type, 9999);
	ck_assert_uint_eq(call->insn_count, 2);
	ck_assert_uint_eq(call->insns_size, sizeof(insns));
	ck_assert_mem_eq(call->insns, insns, sizeof(insns));
	ck_assert_str_eq(call->license, "GPL");
	ck_assert_int_ne(call->err, 0);
	if (said)
		ck_assert_int_eq(call->err, atoi(said));
}

START_TEST(a_call_is_seen_and_nothing_is_noticed)
{
	const struct deed *deed = &deeds[_i];
	cleanup_close int records = memfd_create("records", MFD_CLOEXEC);
	cleanup_buf struct buf bytes = {0};
	struct loader_process p;
	struct trace_call call;
	size_t at = 0, calls = 0;
	bool traces = false;

	run_deed(deed->name, records, &p);
	if (deed->said)
		ck_assert_str_eq(buf_str(&p.output.said), deed->said);
	read_records(records, &bytes);
	while (trace_call_next(&bytes, &at, &call)) {
		ck_assert_msg(call.kind != TRACE_NOTE, "%s", call.text);
		if (call.kind == TRACE_PROGRAM && !strcmp(call.name, deed->call)) {
			calls++;
			check_load(&call, deed->said ? NULL : buf_str(&p.output.said));
		}
		traces |= call.kind == TRACE_TRACE && call.err == EPERM;
		trace_call_free(&call);
	}
	ck_assert_int_eq(traces, deed->traces);
	ck_assert_uint_eq(at, bytes.len);
	ck_assert_uint_eq(calls, deed->calls);
	loader_process_free(&p);
}
END_TEST

START_TEST(what_hangs_a_program_by_netlink_is_seen)
{
	cleanup_close int records = memfd_create("records", MFD_CLOEXEC);
	cleanup_buf struct buf bytes = {0};
	struct loader_process p;
	struct trace_call call;
	size_t at = 0, calls = 0;
	int said;

	run_deed("netlink", records, &p);
	said = atoi(buf_str(&p.output.said));
	ck_assert_int_gt(said, 0);
	read_records(records, &bytes);
	while (trace_call_next(&bytes, &at, &call)) {
		ck_assert_int_eq(call.kind, TRACE_ATTACH);
		ck_assert_int_eq(call.err, said);
		ck_assert_str_eq(call.text, "interface 99999");
		calls++;
		trace_call_free(&call);
	}
	ck_assert_uint_eq(calls, 3);
	loader_process_free(&p);
}
END_TEST

START_TEST(a_program_that_kills_its_tracer_dies_with_it)
{
	cleanup_close int records = memfd_create("records", MFD_CLOEXEC);
	cleanup_free char *why = NULL;
	struct loader_process p;

	start_deed("kill-parent", records, &p);
	ck_assert(loader_process_watch(&p, LONG_MS));
	ck_assert(!loader_process_verdict(&p, "it", &why));
	ck_assert_str_eq(why, "it died with its parent, which traces it and was ended: Killed");
	loader_process_free(&p);
}
END_TEST

/* Who is left would hold the other end of its output. */
START_TEST(nothing_of_it_is_left)
{
	cleanup_close int records = memfd_create("records", MFD_CLOEXEC);
	cleanup_close int output = -1;
	struct loader_process p;
	struct pollfd end;
	char bytes[64];

	start_deed("fork-without-end", records, &p);
	while (!strstr(buf_str(&p.output.said), "forked"))
		ck_assert(!loader_process_watch(&p, 10));
	output = dup(p.output.fd);
	loader_process_stop(&p, 100);
	loader_process_free(&p);
	end = (struct pollfd){.fd = output, .events = POLLIN};
	ck_assert_int_eq(poll(&end, 1, LONG_MS), 1);
	ck_assert_int_eq(read(output, bytes, sizeof(bytes)), 0);
}
END_TEST

START_TEST(what_is_not_whole_ends_the_list)
{
	struct trace_call call = {.kind = TRACE_MAP, .name = (char *)(uintptr_t) "m"}, read;
	cleanup_buf struct buf bytes = {0};
	size_t at = 0;

	trace_call_add(&bytes, &call);
	trace_call_add(&bytes, &call);
	bytes.len--;
	ck_assert_int_eq(trace_call_next(&bytes, &at, &read), 1);
	ck_assert_str_eq(read.name, "m");
	trace_call_free(&read);
	ck_assert_int_eq(trace_call_next(&bytes, &at, &read), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        RANGE(a_call_is_seen_and_nothing_is_noticed, 0, SEEN),
	        TEST(what_hangs_a_program_by_netlink_is_seen),
	        TEST(a_program_that_kills_its_tracer_dies_with_it),
	        TEST(nothing_of_it_is_left),
	        TEST(what_is_not_whole_ends_the_list),
	};

	return suite_run("tracer", tests, COUNT(tests));
}
