/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What being traced costs a program, call by call: each is made often by a process that is traced as a loader is, and
 * by one that is not, and the fastest of many short batches counts, so that what else the machine does has no part in
 * it. Prints a line for each: name, ns untraced, ns traced. As the first process of a guest (harness/tests/cost.sh) it
 * restarts that when it is done.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "agent/loader/loader_process.h"
#include "agent/tracer/trace_call.h"
#include "base/cleanup.h"
#include "base/clock.h"

#define BATCHES 100
#define LONG_MS 600000

static int map = -1, pair[2] = {-1, -1};

static long call_bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int map_make(void)
{
	union bpf_attr attr = {
	        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = sizeof(uint32_t), .value_size = 8, .max_entries = 1};

	return (int)call_bpf(BPF_MAP_CREATE, &attr);
}

static bool do_nothing(void)
{
	return syscall(SYS_getppid) >= 0;
}

static bool do_lookup(void)
{
	uint32_t key = 0;
	uint64_t value;
	union bpf_attr attr = {.map_fd = (uint32_t)map, .key = (uintptr_t)&key, .value = (uintptr_t)&value};

	return !call_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

static bool do_create(void)
{
	int fd = map_make();

	return fd >= 0 && !close(fd);
}

static bool do_load(void)
{
	static const struct bpf_insn insns[] = {
	        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	        {.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2};
	int fd;

	attr.insns = (uintptr_t)insns;
	attr.license = (uintptr_t) "GPL";
	fd = (int)call_bpf(BPF_PROG_LOAD, &attr);
	return fd >= 0 && !close(fd);
}

static bool do_send(int flags)
{
	char bytes[64] = {0};

	return send(pair[0], bytes, sizeof(bytes), flags) == sizeof(bytes) &&
	       read(pair[1], bytes, sizeof(bytes)) == sizeof(bytes);
}

static bool do_send_with(void)
{
	return do_send(MSG_NOSIGNAL);
}

static bool do_send_without(void)
{
	return do_send(0);
}

static bool do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static void *end_at_once(void *unused)
{
	return unused;
}

static bool do_thread(void)
{
	pthread_t thread;

	return !pthread_create(&thread, NULL, end_at_once, NULL) && !pthread_join(thread, NULL);
}

static const struct deed {
	const char *name;
	bool (*does)(void);
	int batch; /* a millisecond or so in an emulated guest */
} deeds[] = {
        {"getppid", do_nothing, 200},
        {"bpf: look up in a map", do_lookup, 50},
        {"bpf: make a map", do_create, 5},
        {"bpf: load a program of two instructions", do_load, 1},
        {"send with a flag, and read", do_send_with, 20},
        {"send without flags, and read", do_send_without, 5},
        {"fork, exit, wait", do_fork, 1},
        {"start a thread, join", do_thread, 2},
};

#define DEEDS (sizeof(deeds) / sizeof(*deeds))

/* The traced one, or the one that is not: prints what each takes. */
static int measure(void)
{
	map = map_make();
	if (map < 0 || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair)) {
		perror("a map, a pair of sockets");
		return 1;
	}
	for (size_t i = 0; i < DEEDS; i++) {
		uint64_t best = UINT64_MAX;

		for (int b = 0; b < BATCHES; b++) {
			uint64_t begin = clock_ns(CLOCK_MONOTONIC), took;

			for (int k = 0; k < deeds[i].batch; k++)
				if (!deeds[i].does()) {
					perror(deeds[i].name);
					return 1;
				}
			took = clock_ns(CLOCK_MONOTONIC) - begin;
			best = took < best ? took : best;
		}
		printf("%llu\n", (unsigned long long)(best / (unsigned)deeds[i].batch));
	}
	return 0;
}

static bool run(bool traced, uint64_t ns[DEEDS])
{
	char *argv[] = {(char *)(uintptr_t) "cost", (char *)(uintptr_t) "measure", NULL}, *envp[] = {NULL};
	struct loader_command command = {.directory = "/",
	                                 .program = "/proc/self/exe",
	                                 .argv = argv,
	                                 .envp = envp,
	                                 .records = traced ? memfd_create("records", MFD_CLOEXEC) : -1};
	cleanup_error struct error err = {0};
	struct loader_process p;
	const char *at;
	bool well;

	if (loader_process_start(&command, &p, &err)) {
		printf("%s\n", err.text);
		return false;
	}
	well = loader_process_watch(&p, LONG_MS) && !p.status;
	at = buf_str(&p.output.said);
	for (size_t i = 0; well && i < DEEDS; i++) {
		char *end;

		ns[i] = strtoull(at, &end, 10);
		well = end > at;
		at = end;
	}
	if (!well)
		printf("%s", buf_str(&p.output.said));
	loader_process_free(&p);
	return well;
}

static void console_open(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	if (!freopen("/dev/console", "w", stdout))
		exit(1);
}

int main(int argc, char **argv)
{
	/* locked memory is what maps are charged to before 5.11 */
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	uint64_t without[DEEDS], with[DEEDS];
	bool well;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setrlimit(RLIMIT_MEMLOCK, &all);
	if (argc == 2 && !strcmp(argv[1], "measure"))
		return measure();
	if (getpid() == 1)
		console_open();
	well = run(false, without) && run(true, with);
	for (size_t i = 0; well && i < DEEDS; i++)
		printf("cost: %-40s %9llu %9llu\n", deeds[i].name, (unsigned long long)without[i],
		       (unsigned long long)with[i]);
	if (getpid() == 1) {
		sync();
		reboot(RB_AUTOBOOT);
	}
	return !well;
}
